//! Sources that are no plain text: web pages, Word documents and PDF files. Their words are taken out and become a text
//! of their own, whose offsets count; the file itself stays as it is.

use super::extracted::Extracted;
use super::{FileInMemory, docx, ending, html, pdf};

/// Endings of files whose words can be taken out.
const ENDINGS: [&str; 5] = ["html", "htm", "xhtml", "docx", "pdf"];

/// Whether a file is taken for such a source by its name.
pub fn is_source(path: &str) -> bool {
    ENDINGS.contains(&&*ending(path))
}

/// Takes the words out of a source; `None` if the file is none by its name.
///
/// # Errors
/// If nothing can be taken out, in words for the person.
pub fn extract(file: &FileInMemory) -> Option<Result<Extracted, String>> {
    let extracted = match &*ending(&file.path) {
        "pdf" => pdf::extract(file),
        "docx" => docx::extract(file),
        "html" | "htm" | "xhtml" => html::extract(file),
        _ => return None,
    };
    Some(extracted.and_then(tidy))
}

/// Ends every line and the whole as texts do.
fn tidy(extracted: Extracted) -> Result<Extracted, String> {
    let lines = extracted.words.lines().map(str::trim_end);
    let words = lines.collect::<Vec<_>>().join("\n");
    let words = words.trim_matches('\n');
    if words.is_empty() {
        return Err("there are no words in it; it may hold only pictures of them".to_owned());
    }
    Ok(Extracted {
        words: format!("{words}\n"),
        ..extracted
    })
}
