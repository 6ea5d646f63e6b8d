//! What a screen reader hears of the text, and the card beside an annotation under the pointer.

use egui::accesskit::{Action, ActionData, TextDirection, TextPosition, TextSelection};
use egui::{Id, Rect, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::highlights::Highlight;
use super::motion::anchor;
use super::paragraph::Cell;
use super::view::{Shown, TextAction, View, Visible};
use crate::model::Annotation;
use crate::text::{ByteOffset, Span, Text};

/// Tells a screen reader what is visible: the text as paragraphs of runs, in the order of reading, with the
/// caret and what is held; and in each paragraph the annotations that begin there. Costs nothing while no
/// screen reader listens. Returns where a screen reader has put the caret, if it has.
pub(super) fn describe(
    ui: &mut Ui,
    text_id: Id,
    shown: &Shown<'_>,
    view: &View,
    highlights: &[Highlight<'_>],
) -> Option<TextAction> {
    ui.ctx()
        .accesskit_node_builder(text_id, |node| node.add_action(Action::SetTextSelection))?;
    let mut runs = Vec::new();
    for visible in &view.blocks {
        let words = shown.text.as_str().get(visible.bytes.clone());
        let builder = UiBuilder::new()
            .scope_id(text_id.with(("paragraph", visible.block)))
            .max_rect(room_of(visible, view))
            .accessibility_parent(text_id)
            .accessibility_role(Role::Paragraph)
            .accessibility_label(words.unwrap_or_default());
        let mut paragraph = ui.new_child(builder);
        tell_bounds(&paragraph, paragraph.unique_id(), room_of(visible, view));
        let own = runs_of(paragraph.unique_id(), visible, shown.text, view);
        for run in &own {
            tell_run(&mut paragraph, run);
        }
        let begins_here = |highlight: &&Highlight<'_>| {
            let start = highlight.annotation.spans.first().start();
            let visible_at = view.visible_at(start);
            visible_at.is_some_and(|at| at.block == visible.block)
        };
        for highlight in highlights.iter().filter(begins_here) {
            tell_annotation(&paragraph, text_id, shown, view, highlight.annotation);
        }
        runs.extend(own);
    }
    let position = |offset: ByteOffset| position_of(&runs, offset.0);
    if let Some((anchor, focus)) = position(anchor(shown)).zip(position(shown.caret)) {
        let selection = TextSelection { anchor, focus };
        ui.ctx()
            .accesskit_node_builder(text_id, |node| node.set_text_selection(selection));
    }
    asked_selection(ui, text_id, &runs)
}

/// A stretch of a line that is read in one direction.
struct Run {
    id: Id,
    /// Its first byte in the text.
    start: usize,
    rect: Rect,
    is_rtl: bool,
    words: String,
    lengths: Vec<u8>,
    positions: Vec<f32>,
    widths: Vec<f32>,
}

/// A screen reader counts the characters of a run in one byte.
const MOST_CHARACTERS: usize = 250;

impl Run {
    fn end(&self) -> usize {
        let length: usize = self.lengths.iter().map(|&length| usize::from(length)).sum();
        self.start + length
    }

    fn push(&mut self, letters: &str, position: f32, width: f32) {
        // A letter under hundreds of marks is too long to be counted as one.
        let Ok(length) = u8::try_from(letters.len()) else {
            let parts = letters.char_indices();
            return parts.for_each(|(at, part)| {
                let part = letters.get(at..at + part.len_utf8());
                self.push(part.unwrap_or_default(), position, 0.0);
            });
        };
        self.words.push_str(letters);
        self.lengths.push(length);
        self.positions.push(position);
        self.widths.push(width);
    }

    /// Where words begin, as counted in characters. Where a run begins another line, its first character
    /// begins a word too.
    fn word_starts(&self) -> Vec<u8> {
        let mut starts = Vec::new();
        let (mut was_in_word, mut byte) = (false, 0);
        for (index, &length) in self.lengths.iter().enumerate() {
            let letters = self.words.get(byte..byte + usize::from(length));
            let is_in_word = letters.is_some_and(|letters| letters.contains(char::is_alphanumeric));
            if is_in_word && !was_in_word {
                starts.extend(u8::try_from(index).ok());
            }
            was_in_word = is_in_word;
            byte += usize::from(length);
        }
        starts
    }
}

fn room_of(visible: &Visible, view: &View) -> Rect {
    let size = vec2(
        view.column.width(),
        visible.paragraph.height / view.pixels_per_point,
    );
    let corner = visible.origin.to_vec2() / view.pixels_per_point;
    Rect::from_min_size(corner.to_pos2(), size)
}

/// The runs of a paragraph in the order of reading. Its line break is the last character of the last one.
fn runs_of(paragraph_id: Id, visible: &Visible, text: &Text, view: &View) -> Vec<Run> {
    let words = text.as_str().get(visible.bytes.clone()).unwrap_or_default();
    let new_run = |number: usize, start: usize, rect: Rect, is_rtl: bool| Run {
        id: paragraph_id.with(number),
        start: visible.bytes.start + start,
        rect,
        is_rtl,
        words: String::new(),
        lengths: Vec::new(),
        positions: Vec::new(),
        widths: Vec::new(),
    };
    let mut runs: Vec<Run> = Vec::new();
    for line in &visible.paragraph.lines {
        let mut cells: Vec<&Cell> = line.cells.iter().collect();
        cells.sort_by_key(|cell| cell.bytes.start);
        let fits = |a: &&Cell, b: &&Cell| a.is_rtl == b.is_rtl;
        for stretch in cells
            .chunk_by(fits)
            .flat_map(|cells| cells.chunks(MOST_CHARACTERS))
        {
            let Some(first) = stretch.first() else {
                continue;
            };
            let left = stretch
                .iter()
                .map(|cell| cell.left)
                .fold(f32::MAX, f32::min);
            let right = stretch
                .iter()
                .map(|cell| cell.right)
                .fold(f32::MIN, f32::max);
            let rect = Rect::from_min_max(
                pos2(left, line.letters_top),
                pos2(right, line.letters_bottom),
            );
            let rect = view.points(visible, rect);
            let mut run = new_run(runs.len(), first.bytes.start, rect, first.is_rtl);
            for cell in stretch {
                // From the side where the run begins.
                let position = match cell.is_rtl {
                    false => cell.left - left,
                    true => right - cell.right,
                };
                let letters = words.get(cell.bytes.clone()).unwrap_or_default();
                let scale = view.pixels_per_point;
                run.push(letters, position / scale, (cell.right - cell.left) / scale);
            }
            runs.push(run);
        }
    }
    if runs.is_empty() {
        let rect = view.points(visible, visible.paragraph.caret(0));
        runs.push(new_run(0, 0, rect, visible.paragraph.is_rtl));
    }
    let behind = text.as_str().get(visible.bytes.end..).unwrap_or_default();
    if behind.starts_with(['\n', '\r'])
        && let Some(last) = runs.last_mut()
    {
        last.push("\n", last.rect.width(), 0.0);
    }
    runs
}

fn tell_run(paragraph: &mut Ui, run: &Run) {
    let builder = UiBuilder::new()
        .scope_id(run.id)
        .max_rect(run.rect)
        .accessibility_parent(paragraph.unique_id())
        .accessibility_role(Role::TextRun);
    drop(paragraph.new_child(builder));
    let direction = match run.is_rtl {
        true => TextDirection::RightToLeft,
        false => TextDirection::LeftToRight,
    };
    tell_bounds(paragraph, run.id, run.rect);
    paragraph.ctx().accesskit_node_builder(run.id, |node| {
        node.set_text_direction(direction);
        node.set_value(run.words.as_str());
        node.set_character_lengths(run.lengths.as_slice());
        node.set_character_positions(run.positions.as_slice());
        node.set_character_widths(run.widths.as_slice());
        node.set_word_starts(run.word_starts());
    });
}

fn tell_bounds(ui: &Ui, id: Id, rect: Rect) {
    let bounds = egui::accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    };
    ui.ctx()
        .accesskit_node_builder(id, |node| node.set_bounds(bounds));
}

fn tell_annotation(ui: &Ui, text_id: Id, shown: &Shown<'_>, view: &View, annotation: &Annotation) {
    let Some(first) = view.boxes(annotation.spans.first()).first().copied() else {
        return;
    };
    let node = ui.interact(first, text_id.with(&annotation.id), Sense::hover());
    node.widget_info(|| {
        let is_picked = shown.picked == Some(&annotation.id);
        let words = format!(
            "{} by {}: “{}”",
            annotation.tag_id,
            annotation.annotator_id(),
            annotation.quote
        );
        WidgetInfo::selected(Role::Mark, true, is_picked, words)
    });
}

/// The run and the number of the character before which a byte stands; that of the nearest run if it is not
/// on the screen.
fn position_of(runs: &[Run], byte: usize) -> Option<TextPosition> {
    let run = runs
        .iter()
        .rev()
        .find(|run| run.start <= byte)
        .or(runs.first())?;
    let mut end = run.start;
    let passed = run.lengths.iter().take_while(|&&length| {
        end += usize::from(length);
        end <= byte
    });
    Some(TextPosition {
        node: run.id.accesskit_id(),
        character_index: passed.count(),
    })
}

/// Where a screen reader asks the caret to go, and what to hold.
fn asked_selection(ui: &Ui, text_id: Id, runs: &[Run]) -> Option<TextAction> {
    let asked = ui.input(|input| {
        let requests = input.accesskit_action_requests(text_id, Action::SetTextSelection);
        let selections = requests.filter_map(|request| match request.data {
            Some(ActionData::SetTextSelection(selection)) => Some(selection),
            _ => None,
        });
        selections.last()
    })?;
    let byte_of = |position: TextPosition| {
        let run = runs
            .iter()
            .find(|run| run.id.accesskit_id() == position.node)?;
        let before = run.lengths.iter().take(position.character_index);
        let byte = run.start + before.map(|&length| usize::from(length)).sum::<usize>();
        Some(ByteOffset(byte.min(run.end())))
    };
    let caret = byte_of(asked.focus)?;
    Some(TextAction::Select {
        selection: Span::between(byte_of(asked.anchor)?, caret),
        caret,
    })
}

/// Who says what about these words.
pub(super) fn card_ui(ui: &mut Ui, shown: &Shown<'_>, annotation: &Annotation) {
    ui.set_max_width(300.0);
    let colors = shown.look.tag(&annotation.tag_id);
    ui.horizontal(|ui| {
        ui.label(
            RichText::new(annotation.tag_id.as_str().replace('_', " "))
                .color(colors.strong)
                .strong(),
        );
        ui.label(RichText::new(annotation.annotator_id().as_str()).color(shown.look.soft));
    });
    for (name, value) in &annotation.attributes {
        ui.label(format!(
            "{}  {}",
            name.replace('_', " "),
            value.to_string().replace('_', " ")
        ));
    }
    if !annotation.note.is_empty() {
        ui.label(
            RichText::new(&*annotation.note)
                .italics()
                .color(shown.look.soft),
        );
    }
}
