//! Texts with other line ends, for formats and tools that want them so.

use super::{Loss, LossReport};
use crate::model::{Annotation, Project, Region, Texts};
use crate::text::{ByteOffset, LineEnds, Span, Spans, Text};

/// How lines end in exported texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Newlines {
    /// As they are.
    #[default]
    AsWritten,
    /// LF.
    Lf,
    /// CR LF.
    CrLf,
}

impl Newlines {
    /// Every choice, for menus.
    pub const ALL: [Newlines; 3] = [Self::AsWritten, Self::Lf, Self::CrLf];

    /// On the screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::AsWritten => "as they are",
            Self::Lf => "LF",
            Self::CrLf => "CR LF",
        }
    }
}

/// The project and its texts with these line ends; every span covers the same words as before.
pub fn rewritten(
    project: &Project,
    texts: &Texts,
    newlines: Newlines,
    losses: &mut LossReport,
) -> (Project, Texts) {
    let (mut project, mut texts) = (project.clone(), texts.clone());
    let line_end = match newlines {
        Newlines::AsWritten => return (project, texts),
        Newlines::Lf => "\n",
        Newlines::CrLf => "\r\n",
    };
    for (document_id, text) in texts.clone() {
        let Some(rewritten) = Rewritten::of(&text, line_end) else {
            continue;
        };
        if !project.documents.contains_key(&document_id) {
            continue;
        }
        losses.add(Loss::LineEnds, &document_id);
        let annotations: Vec<_> = project
            .annotations
            .in_document(&document_id)
            .cloned()
            .collect();
        for annotation in annotations {
            // Those that do not stand where they say are left alone, and out.
            if !annotation.agrees_with(&text) {
                continue;
            }
            let spans = annotation.spans.iter().map(|span| rewritten.span(span));
            let Some(spans) = spans.collect::<Option<Vec<Span>>>().and_then(Spans::new) else {
                continue;
            };
            let quote = crate::model::quote_of(&rewritten.text, &spans)
                .unwrap_or_default()
                .into();
            project.annotations.insert(
                Annotation {
                    spans,
                    quote,
                    ..(*annotation).clone()
                }
                .into(),
            );
        }
        let regions: Vec<_> = project.regions.in_document(&document_id).cloned().collect();
        for region in regions {
            if let Some(span) = rewritten
                .span(region.span)
                .filter(|_| text.slice(region.span) == Some(&*region.quote))
            {
                let quote = rewritten.text.slice(span).unwrap_or_default().into();
                project.regions.insert(
                    Region {
                        span,
                        quote,
                        ..(*region).clone()
                    }
                    .into(),
                );
            }
        }
        texts.insert(document_id, rewritten.text);
    }
    (project, texts)
}

/// A text with other line ends, and where its line ends were.
struct Rewritten {
    text: Text,
    /// Start and end of each line end in the text as it was, and its start in the text as it is.
    line_ends: Vec<(usize, usize, usize)>,
    line_end_size: usize,
}

impl Rewritten {
    /// `None` if all line ends are right already.
    fn of(text: &Text, line_end: &str) -> Option<Self> {
        let is_right = match line_end {
            "\n" => text.line_ends() == LineEnds::Lf,
            _ => text.line_ends() == LineEnds::CrLf,
        };
        if is_right {
            return None;
        }
        let mut words = String::with_capacity(text.end().0);
        let mut line_ends = Vec::new();
        for line_index in 0..text.line_count() {
            let (line, whole) = (
                text.line_bytes(line_index),
                text.line_bytes_with_break(line_index),
            );
            words.push_str(text.line(line_index));
            if line.end < whole.end {
                line_ends.push((line.end, whole.end, words.len()));
                words.push_str(line_end);
            }
        }
        (words != text.as_str()).then(|| Self {
            text: Text::new(words),
            line_ends,
            line_end_size: line_end.len(),
        })
    }

    /// A span that cuts a line end takes it whole.
    fn span(&self, span: Span) -> Option<Span> {
        Span::new(
            self.place(span.start(), 0),
            self.place(span.end(), self.line_end_size),
        )
    }

    /// A place inside of a line end is so many bytes behind its start.
    fn place(&self, offset: ByteOffset, inside: usize) -> ByteOffset {
        let index = self
            .line_ends
            .partition_point(|(start, _, _)| *start < offset.0);
        let before = index
            .checked_sub(1)
            .and_then(|index| self.line_ends.get(index));
        ByteOffset(match before {
            None => offset.0,
            Some((_, end, new)) if offset.0 < *end => new + inside,
            Some((_, end, new)) => new + self.line_end_size + (offset.0 - end),
        })
    }
}
