//! The text layer of a PDF file, page by page. Scanned pages have none.

use super::FileInMemory;
use super::extracted::Extracted;

/// Takes the words out.
///
/// # Errors
/// If there is no text layer, or one that cannot be read, in words for the person.
#[cfg(not(feature = "pdf"))]
pub fn extract(_: &FileInMemory) -> Result<Extracted, String> {
    Err("this program was built without PDF; save its words as plain text".to_owned())
}

#[cfg(feature = "pdf")]
pub use with_crate::extract;

#[cfg(feature = "pdf")]
mod with_crate {
    use super::super::guard::{guarded, limit_for};
    use super::{Extracted, FileInMemory};

    /// Its memory grows with the file.
    const MOST_BYTES: usize = 100_000_000;

    /// Takes the words out.
    ///
    /// # Errors
    /// If there is no text layer, or one that cannot be read, in words for the person.
    pub fn extract(file: &FileInMemory) -> Result<Extracted, String> {
        if file.bytes.len() > MOST_BYTES {
            return Err(format!("it is larger than {} MB", MOST_BYTES / 1_000_000));
        }
        let bytes = file.bytes.clone();
        // The reader may work without end on a bad file.
        let words = guarded(limit_for(bytes.len()), move || {
            pdf_extract::extract_text_from_mem(&bytes).map_err(|error| error.to_string())
        })??;
        let mut remarks = Vec::new();
        if words.contains('\u{FFFD}') {
            let words = "some of its letters have no meaning in the file and stand as \u{FFFD}";
            remarks.push(words.to_owned());
        }
        Ok(Extracted {
            words,
            title: String::new(),
            by: "pdf-extract (text layer)".to_owned(),
            remarks,
        })
    }
}
