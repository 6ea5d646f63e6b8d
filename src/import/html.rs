//! The readable text of a web page, without menus and notices. Which part that is, a port of Mozilla's Readability finds.

use super::FileInMemory;
use super::sources::Extracted;

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
        let article = readability.and_then(|mut readability| readability.parse());
        let article = article.map_err(|error| error.to_string())?;
        Ok(Extracted {
            words: article.text_content.to_string(),
            title: article.title.trim().to_owned(),
            by: "dom_smoothie (readable text of a page)".to_owned(),
            remarks: Vec::new(),
        })
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
