//! WebAnno TSV 3.3: a table of tokens for each document and annotator, for INCEpTION and WebAnno.
//!
//! Tokens are cut at every edge of an annotation, so that none has to be widened. A sentence stands as it is; what is
//! between two of them comes back as spaces.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::inception::{
    LABEL, LOST, NOTE, Part, RELATION, SPAN, attribute_names, feature_name, parts, tag_set,
};
use super::kept::AllBut;
use super::letters::is_letter;
use super::{
    Asks, Exporting, ExportingDocument, FileInMemory, Format, Loss, LossReport, proof::Carries,
};
use crate::import;
use crate::model::Annotation;
use crate::text::{ByteOffset, OffsetUnit, Span, Text, sentences_of_line, words_of};

const KEPT: AllBut = AllBut(&[LOST, &[Loss::WhiteSpace]]);

/// WebAnno TSV.
pub const WEBANNO_TSV: Format = Format {
    name: "webanno-tsv",
    title: "WebAnno TSV 3.3",
    description: "A table of tokens for each document and annotator; for INCEpTION and WebAnno",
    ending: None,
    newlines: None,
    asks: &[Asks::LineEnds],
    write,
    reader: Some(&import::WEBANNO_TSV),
    carries: Carries::AllBut(KEPT),
};

fn write(exporting: &Exporting<'_>, _: &mut LossReport) -> Vec<FileInMemory> {
    // Every file has the same columns, since a project has the same layers for everybody.
    let all = exporting.annotations().map(|(_, annotation)| &**annotation);
    let names = attribute_names(all);
    let parts = parts(exporting, KEPT);
    let files = parts.iter().map(|part| FileInMemory {
        path: format!("{}.tsv", part.path),
        bytes: table(part, &names).into_bytes(),
    });
    files.chain([tag_set(exporting)]).collect()
}

fn table(part: &Part<'_>, names: &BTreeSet<&str>) -> String {
    let text = part.each.text;
    let features: Vec<String> = names.iter().map(|name| feature_name(name)).collect();
    let mut words = format!("#FORMAT=WebAnno TSV 3.3\n#T_SP={SPAN}|{LABEL}|{NOTE}");
    features
        .iter()
        .for_each(|feature| words.push_str(&format!("|{feature}")));
    let _ = write!(words, "\n#T_RL={RELATION}|{LABEL}|BT_{SPAN}\n\n");
    let sentences = sentences(part.each);
    let rows: Vec<(String, Span)> = (1..)
        .zip(&sentences)
        .flat_map(|(sentence, tokens)| {
            let numbered = (1..).zip(tokens);
            numbered.map(move |(token, span)| (format!("{sentence}-{token}"), *span))
        })
        .collect();
    let mut covering: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    // The first row of each annotation, by its number.
    let mut firsts = vec![0; part.annotations.len()];
    for (number, annotation) in part.annotations.iter().enumerate() {
        let hull = annotation.spans.hull();
        let first = rows.partition_point(|(_, token)| token.end() <= hull.start());
        let behind = rows.partition_point(|(_, token)| token.start() < hull.end());
        // There is a first for each annotation, and `covering` is as long as `rows`.
        firsts[number] = first;
        covering[first..behind]
            .iter_mut()
            .for_each(|covering| covering.push(number));
    }
    let mut row = 0;
    for tokens in &sentences {
        sentence(text, tokens, &mut words);
        for token in tokens {
            let [start, end] = super::jsonl::offsets(text, OffsetUnit::Utf16, *token);
            // Every token has its row, and every number that is written down is one of an annotation.
            let (id, _) = &rows[row];
            let token = escaped(text.slice(*token).unwrap_or_default());
            let _ = write!(words, "{id}\t{start}-{end}\t{token}\t");
            let own: Vec<(usize, &Annotation)> = covering[row]
                .iter()
                .map(|number| (*number, part.annotations[*number]))
                .collect();
            column(&mut words, &own, |annotation| {
                annotation.tag_id.as_str().to_owned()
            });
            column(&mut words, &own, |annotation| annotation.note.to_string());
            for name in names {
                column(&mut words, &own, |annotation| {
                    let value = annotation.attributes.get(*name);
                    value.map(ToString::to_string).unwrap_or_default()
                });
            }
            let begins_here = |to: &usize| firsts[*to] == row;
            let links: Vec<_> = part
                .links
                .iter()
                .filter(|(_, _, to)| begins_here(to))
                .collect();
            let kinds = links.iter().map(|(link, ..)| escaped(&link.kind));
            cell(&mut words, kinds);
            let ends = links
                .iter()
                .map(|(_, from, to)| format!("{}[{}_{}]", rows[firsts[*from]].0, from + 1, to + 1));
            cell(&mut words, ends);
            words.push('\n');
            row += 1;
        }
    }
    words
}

/// What each annotation on a token says, with the annotation's number.
fn column(words: &mut String, own: &[(usize, &Annotation)], value: impl Fn(&Annotation) -> String) {
    let items = own.iter().map(|(number, annotation)| {
        let value = value(annotation);
        let value = if value.is_empty() {
            "*".to_owned()
        } else {
            escaped(&value)
        };
        format!("{value}[{}]", number + 1)
    });
    cell(words, items);
}

fn cell(words: &mut String, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if items.is_empty() {
        words.push_str("_\t");
    } else {
        let _ = write!(words, "{}\t", items.join("|"));
    }
}

/// The text of a sentence, from its first token to its last, one line for each of its own.
fn sentence(text: &Text, tokens: &[Span], words: &mut String) {
    words.push('\n');
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return;
    };
    let whole = Span::new(first.start(), last.end()).and_then(|span| text.slice(span));
    for line in whole.unwrap_or_default().split('\n') {
        words.push_str("#Text=");
        for c in line.chars() {
            match c {
                '\t' => words.push_str("\\t"),
                '\r' => words.push_str("\\r"),
                '\u{C}' => words.push_str("\\f"),
                '\u{8}' => words.push_str("\\b"),
                '\\' => words.push_str("\\\\"),
                '\0'..='\u{7}' | '\u{E}'..='\u{1F}' => words.extend(['\\', c]),
                c => words.push(c),
            }
        }
        words.push('\n');
    }
}

fn escaped(words: &str) -> String {
    let mut escaped = String::with_capacity(words.len());
    let mut rest = words.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\\' | '[' | ']' | '|' | '_' | ';' | '*' => escaped.extend(['\\', c]),
            '-' if rest.peek() == Some(&'>') => escaped.push_str("\\-"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// The tokens of a document, sentence by sentence. The same for every annotator.
fn sentences(each: &ExportingDocument<'_>) -> Vec<Vec<Span>> {
    let text = each.text;
    let lines = (0..text.line_count()).flat_map(|line| sentences_of_line(text, line));
    let sentences: Vec<Span> = lines.collect();
    let mut cuts = BTreeSet::new();
    for sentence in &sentences {
        cuts.insert(sentence.start().0);
        for word in words_of(text, *sentence) {
            cuts.extend([word.start().0, word.end().0]);
        }
    }
    for annotation in &each.annotations {
        let hull = annotation.spans.hull();
        cuts.extend([hull.start().0, hull.end().0]);
    }
    let mut found: Vec<Vec<Span>> = Vec::new();
    let mut next = 0;
    for token in tokens(text, &cuts) {
        let behind = sentences.partition_point(|sentence| sentence.start() <= token.start());
        if found.is_empty() || behind > next {
            found.push(Vec::new());
            next = behind;
        }
        found
            .last_mut()
            .into_iter()
            .for_each(|sentence| sentence.push(token));
    }
    found
}

/// Runs of characters between white space and cuts that have a visible one.
fn tokens(text: &Text, cuts: &BTreeSet<usize>) -> Vec<Span> {
    let mut tokens = Vec::new();
    let mut start = None;
    let mut end_at = |start: &mut Option<usize>, end: usize| {
        let span = start
            .take()
            .and_then(|start| Span::new(ByteOffset(start), ByteOffset(end)));
        let has_letter = |span: &Span| {
            let words = text.slice(*span).unwrap_or_default();
            words.chars().any(|c| is_letter(&c))
        };
        tokens.extend(span.filter(has_letter));
    };
    for (at, c) in text.as_str().char_indices() {
        let is_space = c.is_whitespace() || c.is_control();
        if is_space || cuts.contains(&at) {
            end_at(&mut start, at);
        }
        if !is_space && start.is_none() {
            start = Some(at);
        }
    }
    end_at(&mut start, text.end().0);
    tokens
}
