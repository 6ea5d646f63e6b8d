//! Small things that stand in many places: keys, dots, section heads, cards, rows.

use egui::scroll_area::ScrollAreaOutput;
use egui::{
    Align, Align2, Color32, CornerRadius, FontId, Frame, Layout, Margin, Rect, Response, RichText,
    Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use super::theme::{Theme, semibold};
use crate::model::DocumentState;

/// Words in the secondary colour.
pub fn soft(theme: &Theme, words: impl Into<String>) -> RichText {
    RichText::new(words).color(theme.soft)
}

/// The head of a section: small, semibold, quiet.
pub fn section_head(ui: &mut Ui, theme: &Theme, words: &str) {
    ui.label(RichText::new(words).font(semibold(11.0)).color(theme.soft));
}

/// A key that works here, small and quiet. Decoration: the control beside it says the same to a screen reader.
pub fn key_hint(ui: &mut Ui, theme: &Theme, key: &str) {
    let galley =
        ui.painter()
            .layout_no_wrap(key.to_owned(), FontId::proportional(10.5), theme.soft);
    let size = galley.size() + vec2(9.0, 4.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    paint_key(ui, theme, rect);
    ui.painter()
        .galley(rect.center() - galley.size() / 2.0, galley, theme.soft);
}

fn paint_key(ui: &Ui, theme: &Theme, rect: Rect) {
    let stroke = Stroke::new(1.0, theme.line);
    ui.painter().rect(
        rect,
        CornerRadius::same(4),
        theme.bg,
        stroke,
        StrokeKind::Inside,
    );
}

/// A square of a tag's colour.
pub fn tag_square(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(9.0, 9.0), Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(2), color);
}

/// Says what a list holds to those who hear its scroll bar instead of seeing it: “Scroll annotations”.
pub fn name_bar<R>(ui: &Ui, name: &str, list: &ScrollAreaOutput<R>) {
    for direction in 0..2usize {
        let bar = list.id.with(direction);
        if ui.ctx().has_accesskit_node(bar) {
            let label = format!("Scroll {name}");
            ui.ctx()
                .accesskit_node_builder(bar, |node| node.set_label(label));
        }
    }
}

/// A card on a side panel.
pub fn card<R>(ui: &mut Ui, theme: &Theme, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let frame = Frame::new()
        .fill(theme.pane)
        .stroke(Stroke::new(1.0, theme.line))
        .corner_radius(CornerRadius::same(10))
        .inner_margin(Margin::same(14));
    frame
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            contents(ui)
        })
        .inner
}

/// A row of a list that can be chosen: full width, its own ground when chosen or under the pointer.
pub fn row(
    ui: &mut Ui,
    theme: &Theme,
    height: f32,
    is_chosen: bool,
    name: &str,
    contents: impl FnOnce(&mut Ui),
) -> Response {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ListBoxOption, true, name));
    // egui knows only what is ticked; an entry of a list is selected.
    let ctx = ui.ctx();
    ctx.accesskit_node_builder(response.id, |node| node.set_selected(is_chosen));
    if ui.is_rect_visible(rect) {
        let fill = match (is_chosen, response.hovered()) {
            (true, _) => Some(theme.selected),
            (false, true) => Some(theme.hover),
            (false, false) => None,
        };
        if let Some(fill) = fill {
            ui.painter().rect_filled(rect, CornerRadius::same(8), fill);
        }
        if response.has_focus() {
            let stroke = Stroke::new(1.5, theme.accent);
            ui.painter()
                .rect_stroke(rect, CornerRadius::same(8), stroke, StrokeKind::Inside);
        }
        let inner = rect.shrink2(vec2(10.0, 6.0));
        let mut child = ui.new_child(
            UiBuilder::new()
                .max_rect(inner)
                .layout(Layout::top_down(Align::LEFT)),
        );
        child.set_clip_rect(inner.expand(2.0).intersect(ui.clip_rect()));
        // A click on its words is a click on the row.
        child.style_mut().interaction.selectable_labels = false;
        // A line of a row is as high as its words.
        child.spacing_mut().interact_size.y = 16.0;
        contents(&mut child);
    }
    response
}

/// An entry of a list that drops down, which closes when one is chosen, by the pointer or by the keys.
pub fn list_entry(ui: &mut Ui, is_chosen: bool, words: impl Into<RichText>) -> Response {
    let response = ui.selectable_label(is_chosen, words.into());
    if response.clicked() {
        ui.close();
    }
    response
}

/// The sign of a state: a dotted ring, a ring, a half disc, a full disc.
pub fn paint_state(ui: &Ui, theme: &Theme, center: egui::Pos2, state: DocumentState) {
    let painter = ui.painter();
    let radius = 4.5;
    match state {
        DocumentState::NotAssigned => {
            for step in 0..8 {
                let angle = std::f32::consts::TAU * step as f32 / 8.0;
                painter.circle_filled(center + radius * egui::Vec2::angled(angle), 0.8, theme.soft);
            }
        }
        DocumentState::New => {
            painter.circle_stroke(center, radius, Stroke::new(1.2, theme.soft));
        }
        DocumentState::InProgress => {
            painter.circle_stroke(center, radius, Stroke::new(1.2, theme.accent));
            let half: Vec<_> = (0..=12)
                .map(|step| {
                    let angle =
                        std::f32::consts::FRAC_PI_2 + std::f32::consts::PI * step as f32 / 12.0;
                    center + radius * egui::Vec2::angled(angle)
                })
                .collect();
            painter.add(egui::Shape::convex_polygon(
                half,
                theme.accent,
                Stroke::NONE,
            ));
        }
        DocumentState::Finished => drop(painter.circle_filled(center, radius + 0.5, theme.good)),
    }
}

/// A bar from left to right.
pub fn progress_bar(ui: &mut Ui, theme: &Theme, fraction: f32, name: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 4.0), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, name));
    let radius = CornerRadius::same(2);
    ui.painter().rect_filled(rect, radius, theme.line);
    let filled = Rect::from_min_max(
        rect.min,
        pos2(
            rect.left() + rect.width() * fraction.clamp(0.0, 1.0),
            rect.bottom(),
        ),
    );
    ui.painter().rect_filled(filled, radius, theme.good);
}

/// A button for what is most likely wanted.
pub fn main_button(ui: &mut Ui, theme: &Theme, words: &str) -> Response {
    let ink = if theme.is_dark { theme.bg } else { theme.pane };
    let button = egui::Button::new(RichText::new(words).color(ink))
        .fill(theme.accent)
        .stroke(Stroke::NONE);
    ui.add(button.min_size(vec2(0.0, 30.0)))
}

/// A button of the usual kind, as high as [`main_button`].
pub fn plain_button(ui: &mut Ui, words: &str) -> Response {
    ui.add(egui::Button::new(words).min_size(vec2(0.0, 30.0)))
}

/// A line of words cut with “…” where the room ends.
pub fn cut_label(ui: &mut Ui, words: RichText) {
    ui.add(egui::Label::new(words).truncate().selectable(false));
}

/// A name with its beginning and its end, by which long ones differ, if it is longer than so many characters; whole
/// while the mouse is over it.
pub fn name_label(ui: &mut Ui, name: &str, most: usize) {
    let count = name.chars().count();
    if count <= most {
        ui.label(name);
        return;
    }
    /// More than that hides the page.
    const MOST_HOVERED: usize = 1_000;
    let end = most / 3;
    let beginning: String = name.chars().take(most - end).collect();
    let end: String = name.chars().skip(count - end).collect();
    ui.label(format!("{beginning}…{end}"))
        .on_hover_text(name.chars().take(MOST_HOVERED).collect::<String>());
}

/// Words in the middle of an empty pane: what it is, why, and the next step.
pub fn empty_state(ui: &mut Ui, theme: &Theme, head: &str, why: &str, next: impl FnOnce(&mut Ui)) {
    let room = ui.available_rect_before_wrap();
    let width = room.width().min(420.0);
    let rect = Align2::CENTER_CENTER.align_size_within_rect(vec2(width, 180.0), room);
    let mut child = ui.new_child(
        UiBuilder::new()
            .max_rect(rect)
            .layout(Layout::top_down(Align::Center)),
    );
    child.label(RichText::new(head).font(semibold(16.0)));
    child.label(soft(theme, why));
    child.add_space(8.0);
    next(&mut child);
}

/// Gives the dialog that is being drawn its head for a name, which a screen reader says when it opens.
pub fn name_dialog(ui: &Ui, head: &Response) {
    let head_id = head.id.accesskit_id();
    describe_dialog(ui, |node| node.push_labelled_by(head_id));
}

/// The same for a dialog without a head.
pub fn name_headless_dialog(ui: &Ui, name: &str) {
    describe_dialog(ui, |node| node.set_label(name));
}

fn describe_dialog(ui: &Ui, describe: impl FnOnce(&mut egui::accesskit::Node)) {
    let mut stack = ui.stack().iter();
    if let Some(dialog) = stack.find(|stack| stack.kind() == Some(egui::UiKind::Modal)) {
        ui.ctx().accesskit_node_builder(dialog.unique_id, describe);
    }
}

/// Puts the focus of a dialog where it belongs: on `first` when the dialog opens, and back there when it is
/// somewhere behind. Enter then presses the likely button, and Tab stays inside. A page below a question leaves the
/// focus to the question.
pub fn hold_focus(ui: &Ui, layer: egui::LayerId, first: Option<egui::Id>, is_new: bool) {
    if ui.memory(|memory| memory.top_modal_layer()) != Some(layer) {
        return;
    }
    let focused = ui.memory(|memory| memory.focused());
    let focused_in = focused
        .and_then(|id| ui.ctx().read_response(id))
        .map(|response| response.layer_id);
    let is_inside = focused_in.is_some_and(|focused_in| focused_in == layer)
        || egui::Popup::is_any_open(ui.ctx());
    if is_inside || (focused_in.is_none() && !is_new) {
        return;
    }
    ui.memory_mut(|memory| match (first, focused) {
        (Some(first), _) => memory.request_focus(first),
        (None, Some(behind)) => memory.surrender_focus(behind),
        (None, None) => {}
    });
}

/// Buttons at the right end of a row, the first one outermost.
pub fn buttons_at_right(ui: &mut Ui, buttons: impl FnOnce(&mut Ui)) {
    let size = vec2(ui.available_width(), 32.0);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), buttons);
}

/// A name of the codebook as people say it: `very_likely` is very likely.
pub fn in_words(name: &str) -> String {
    name.replace('_', " ")
}

/// What stands in a field while it is more than its value: words that are no value yet, spaces at the end.
#[derive(Clone)]
struct Draft {
    words: String,
    /// The value that the words were when they were typed. If another stands now, the words are forgotten.
    value: String,
}

/// Words in a field that are no value.
pub struct NoValue {
    /// Why not, in words.
    pub reason: String,
    /// The value that stands while they are in the field. Never a part of them: of “12 ships” not the 12.
    pub meanwhile: String,
}

/// A field for a value of the project; returns a value each time that another one is typed, for a
/// [`Command::Type`](crate::app::Command::Type). `value_of` says which value words are; words that are none stay in
/// the field with the reason below it. `id` is that of the value, so that the words and the field's own undo
/// belong to it alone.
pub fn value_field(
    ui: &mut Ui,
    theme: &Theme,
    (id, name): (egui::Id, &str),
    standing: &str,
    edit: impl for<'a> FnOnce(&'a mut String) -> egui::TextEdit<'a>,
    value_of: impl Fn(&str) -> Result<String, NoValue>,
) -> (Response, Option<String>) {
    let draft = ui.data(|data| data.get_temp::<Draft>(id));
    let draft = draft.filter(|draft| draft.value == standing);
    let mut words = draft.map_or_else(|| standing.to_owned(), |draft| draft.words);
    let response = ui.add(edit(&mut words).id(id));
    name_field(&response, &words, name);
    let read = value_of(&words);
    if let Err(NoValue { reason, .. }) = &read {
        let words = format!("Not kept: {reason}");
        ui.add(egui::Label::new(RichText::new(words).color(theme.warn).size(12.0)).wrap());
    }
    let is_settled = read.is_ok() && !response.has_focus();
    let value = read.unwrap_or_else(|none| none.meanwhile);
    ui.data_mut(|data| {
        if is_settled {
            data.remove::<Draft>(id);
        } else {
            let value = value.clone();
            data.insert_temp(id, Draft { words, value });
        }
    });
    let is_new = response.changed() && value != standing;
    (response, is_new.then_some(value))
}

/// Gives a text field the name that a screen reader says and tests find it by.
pub fn name_field(response: &Response, words: &str, name: &str) {
    response.widget_info(|| {
        let info = egui::WidgetInfo::text_edit(true, words, words, "");
        egui::WidgetInfo {
            label: Some(name.to_owned()),
            ..info
        }
    });
}
