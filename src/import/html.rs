//! The readable text of a web page, without menus and notices. Which part that is, a port of Mozilla's Readability finds.

use super::FileInMemory;
use super::extracted::Extracted;

/// Takes the words out.
///
/// # Errors
/// If there is nothing readable, in words for the person.
#[cfg(not(feature = "html"))]
pub fn extract(_: &FileInMemory) -> Result<Extracted, String> {
    Err("this program was built without web pages; save its words as plain text".to_owned())
}

#[cfg(feature = "html")]
pub use with_crate::extract;

#[cfg(feature = "html")]
mod with_crate {
    use dom_smoothie::{Config, Readability, TextMode};

    use super::super::guard::{guarded, limit_for};
    use super::{Extracted, FileInMemory};
    use crate::import::decode;

    /// Where pages say their encoding.
    const HEAD_BYTES: usize = 2048;
    /// More is no page for readers.
    const MOST_BYTES: usize = 20_000_000;

    /// Takes the words out.
    ///
    /// # Errors
    /// If there is nothing readable, in words for the person.
    pub fn extract(file: &FileInMemory) -> Result<Extracted, String> {
        if file.bytes.len() > MOST_BYTES {
            return Err(format!("it is larger than {} MB", MOST_BYTES / 1_000_000));
        }
        let said = said_encoding(&file.bytes);
        let decoded = match decode(file.bytes.clone(), said.as_deref()) {
            // A name that means nothing says nothing.
            Err(_) => decode(file.bytes.clone(), None),
            decoded => decoded,
        };
        let (page, encoding) = decoded.map_err(|problem| problem.to_string())?;
        let mut extracted = guarded(limit_for(page.len()), move || read(page))??;
        if said.is_none() && encoding.name != crate::import::DEFAULT_ENCODING {
            let words = format!("read as {}, which is a guess", encoding.name);
            extracted.remarks.push(words);
        }
        Ok(extracted)
    }

    fn read(page: String) -> Result<Extracted, String> {
        let config = Config {
            text_mode: TextMode::Formatted,
            ..Config::default()
        };
        let readability = Readability::new(page, None, Some(config));
        let mut readability = readability.map_err(|error| error.to_string())?;
        let headline = headline(&readability);
        let whole = readability.doc.select("body").text();
        let article = readability.parse().map_err(|error| error.to_string())?;
        let words = article.text_content;
        let title = headline.as_deref().unwrap_or(article.title.trim());
        let mut remarks = Vec::new();
        // Whatever stands between the words of a page, and of the line that was made of them.
        let letters = |words: &str| words.split_whitespace().collect::<String>();
        let is_gone = |byline: &String| {
            let byline = letters(byline);
            letters(&whole).contains(&byline) && words.lines().all(|line| letters(line) != byline)
        };
        if let Some(byline) = article.byline.filter(is_gone) {
            remarks.push(format!("the line of the authors is left out: {byline}"));
        }
        let words = match lacks_headline(&words, title) {
            true => {
                remarks.push("the headline is put before the words".to_owned());
                format!("{title}\n\n{words}")
            }
            false => words.to_string(),
        };
        Ok(Extracted {
            words,
            title: title.to_owned(),
            by: "dom_smoothie (readable text of a page)".to_owned(),
            remarks,
        })
    }

    /// The headline that readers see: the first that the page's title is, or is a shorter form of.
    fn headline(page: &Readability) -> Option<String> {
        let title = page.doc.select("title").text();
        let title = bare_words(without_paper(&title));
        let headlines = page.doc.select("h1");
        headlines.iter().find_map(|headline| {
            let words = headline.text();
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            holds(&bare_words(&words), &title).then_some(words)
        })
    }

    /// A title without the name that newspapers put behind a dash or a bar.
    fn without_paper(title: &str) -> &str {
        let mut marks = [" - ", " – ", " — ", " | ", " · "].into_iter();
        let before_mark = marks.find_map(|mark| title.rsplit_once(mark));
        before_mark.map_or(title, |(own, _)| own)
    }

    fn holds(words: &[&str], part: &[&str]) -> bool {
        !part.is_empty() && words.windows(part.len()).any(|own| own == part)
    }

    /// Whether the words begin without the page's headline, which Readability takes for a thing of its own. It is news
    /// like any other sentence, and is labelled as such.
    fn lacks_headline(words: &str, title: &str) -> bool {
        const BEGINNING: usize = 200;
        let own = bare_words(without_paper(title));
        let first_line = words.lines().find(|line| !line.trim().is_empty());
        let title = bare_words(title);
        let mut beginning = bare_words(words);
        beginning.truncate(BEGINNING);
        !title.is_empty()
            && bare_words(first_line.unwrap_or_default()) != own
            && !holds(&beginning, &title)
    }

    /// The words without marks around them.
    fn bare_words(words: &str) -> Vec<&str> {
        let words = words.split_whitespace();
        let bare = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        bare.filter(|word| !word.is_empty()).collect()
    }

    /// The encoding that a page names, if no mark of the file names one.
    fn said_encoding(bytes: &[u8]) -> Option<String> {
        let head = bytes.get(..HEAD_BYTES).unwrap_or(bytes);
        let head = String::from_utf8_lossy(head).to_lowercase();
        let (_, behind) = head.split_once("charset=")?;
        let behind = behind.trim_start_matches(['"', '\'', ' ']);
        let name = behind.split(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c));
        let is_marked = bytes.starts_with(b"\xEF\xBB\xBF") || bytes.starts_with(b"\xFF\xFE");
        let name = name.into_iter().next().filter(|name| !name.is_empty());
        name.filter(|_| !is_marked).map(str::to_owned)
    }
}
