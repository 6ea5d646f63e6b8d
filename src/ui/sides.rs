//! The side panels, and how they give way where the window is too narrow for them and the text.

use egui::{Button, Frame, Margin, Panel, Ui, containers::panel::PanelState, vec2};

use super::theme::Theme;
use crate::app::{Command, Settings};

/// Width of the strip that a folded panel leaves, in points.
const STRIP: f32 = 30.0;
/// How many characters of the text are not given up for a panel.
const LEAST_CHARACTERS: f32 = 45.0;
/// Width of a usual character, in ems; 75 of them fill the widest column.
const CHARACTER: f32 = 720.0 / 75.0 / Settings::TEXT_SIZE;
/// What stands beside the text: numbers, links and the map.
const BESIDE_TEXT: f32 = 208.0;

/// A panel at a side of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The list of documents, at the left.
    Documents,
    /// The inspector, at the right.
    Inspector,
}

/// How a panel is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shown {
    /// Not at all: the person has hidden it.
    Hidden,
    /// As wide as the person likes it.
    Usual,
    /// As wide as there is room.
    Narrow(f32),
    /// As a strip that brings it back.
    Folded,
}

/// Which panel the person looks at although there is no room for it.
#[derive(Debug, Default)]
pub struct Sides {
    unfolded: Option<Side>,
    folded: Vec<Side>,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Inspector => "inspector",
        }
    }

    fn usual_width(self) -> f32 {
        match self {
            Self::Documents => 270.0,
            Self::Inspector => 330.0,
        }
    }

    fn least_width(self) -> f32 {
        match self {
            Self::Documents => 190.0,
            Self::Inspector => 240.0,
        }
    }

    /// As wide as the person has made it.
    fn own_width(self, ui: &Ui) -> f32 {
        let state = PanelState::load(ui.ctx(), ui.scope_id().with(self.name()));
        state.map_or(self.usual_width(), |state| state.size().x)
    }

    fn panel(self, name: &'static str) -> Panel {
        match self {
            Self::Documents => Panel::left(name),
            Self::Inspector => Panel::right(name),
        }
    }
}

impl Sides {
    /// Shows a panel although it is folded. Does nothing where there is room for it.
    pub fn unfold(&mut self, side: Side) {
        if self.folded.contains(&side) {
            self.unfolded = Some(side);
        }
    }

    /// Whether a command meant a panel that is folded, which it then brings back instead of hiding it for good.
    pub fn take(&mut self, command: &Command) -> bool {
        let side = match command {
            Command::ToggleDocuments => Side::Documents,
            Command::ToggleInspector => Side::Inspector,
            _ => return false,
        };
        let is_folded = self.folded.contains(&side);
        if is_folded {
            self.toggle(side);
        }
        is_folded
    }

    fn toggle(&mut self, side: Side) {
        self.unfolded = match self.unfolded {
            Some(unfolded) if unfolded == side => None,
            _ => Some(side),
        };
    }

    /// How both panels are shown in this frame.
    pub fn plan(&mut self, ui: &Ui, settings: &Settings) -> (Shown, Shown) {
        let window = ui.ctx().content_rect().width();
        let text = LEAST_CHARACTERS * CHARACTER * settings.text_size + BESIDE_TEXT;
        let wanted = |side: Side, is_shown: bool| is_shown.then(|| side.own_width(ui));
        let documents = wanted(Side::Documents, settings.shows_documents);
        let inspector = wanted(Side::Inspector, settings.shows_inspector);
        let (mut left, mut right) = plan(window - text, documents, inspector);
        self.folded.clear();
        for (side, shown) in [(Side::Documents, left), (Side::Inspector, right)] {
            if shown == Shown::Folded {
                self.folded.push(side);
            }
        }
        self.unfolded.take_if(|side| !self.folded.contains(side));
        if let Some(side) = self.unfolded {
            let wide = Shown::Narrow(side.usual_width().min(window * 0.62));
            let other = |shown| match shown {
                Shown::Hidden => Shown::Hidden,
                _ => Shown::Folded,
            };
            (left, right) = match side {
                Side::Documents => (wide, other(right)),
                Side::Inspector => (other(left), wide),
            };
        }
        (left, right)
    }

    /// Draws a panel, or the strip that it leaves.
    pub fn side_ui(
        &mut self,
        ui: &mut Ui,
        theme: &Theme,
        (side, shown): (Side, Shown),
        contents: impl FnOnce(&mut Ui),
    ) {
        // Drawn into the room as it is: what needs more never widens the panel and sets the text anew.
        let contents = |ui: &mut Ui| {
            let room = ui.available_rect_before_wrap();
            let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(room));
            contents(&mut inside);
            ui.allocate_rect(room, egui::Sense::hover());
        };
        let margin = match side {
            Side::Documents => 10,
            Side::Inspector => 14,
        };
        let frame = Frame::new().fill(theme.side);
        let wide = frame.inner_margin(Margin::same(margin));
        if self.folded.contains(&side) {
            self.strip_ui(ui, frame, side);
        }
        match shown {
            Shown::Usual => drop(
                side.panel(side.name())
                    .frame(wide)
                    .default_size(side.usual_width())
                    .size_range(side.least_width()..=520.0)
                    .show(ui, contents),
            ),
            // A panel of its own, so that the usual one keeps its width until there is room for it again.
            Shown::Narrow(width) => drop(
                side.panel(match side {
                    Side::Documents => "narrow documents",
                    Side::Inspector => "narrow inspector",
                })
                .frame(wide)
                .exact_size(width)
                .show(ui, contents),
            ),
            Shown::Hidden | Shown::Folded => {}
        }
    }

    fn strip_ui(&mut self, ui: &mut Ui, frame: Frame, side: Side) {
        let is_open = self.unfolded == Some(side);
        let points_left = (side == Side::Inspector) != is_open;
        let words = if points_left { "‹" } else { "›" };
        let verb = if is_open { "Fold" } else { "Show" };
        let name = format!("{verb} {}", side.name());
        let strip = side.panel(match side {
            Side::Documents => "documents strip",
            Side::Inspector => "inspector strip",
        });
        let frame = frame.inner_margin(Margin::symmetric(3, 8));
        strip.frame(frame).exact_size(STRIP).show(ui, |ui| {
            let button = Button::new(words).min_size(vec2(STRIP - 8.0, 40.0));
            let response = ui.add(button).accessible_name(&name);
            if response.on_hover_text(&name).clicked() {
                self.toggle(side);
            }
        });
    }
}

/// The text comes first: panels become narrower, then the inspector folds, then the list of documents. `room` is
/// what the text leaves; a panel that is hidden wants no width.
fn plan(room: f32, documents: Option<f32>, inspector: Option<f32>) -> (Shown, Shown) {
    let shown = |width: Option<f32>, as_what| match width {
        Some(_) => as_what,
        None => Shown::Hidden,
    };
    let least = |side: Side, width: Option<f32>| width.map_or(0.0, |_| side.least_width());
    let (least_left, least_right) = (
        least(Side::Documents, documents),
        least(Side::Inspector, inspector),
    );
    let (left, right) = (documents.unwrap_or(0.0), inspector.unwrap_or(0.0));
    if left + right <= room {
        return (
            shown(documents, Shown::Usual),
            shown(inspector, Shown::Usual),
        );
    }
    if least_left + least_right <= room {
        let left = left.min(room - least_right).max(least_left);
        let right = Shown::Narrow(right.min(room - left));
        return (
            shown(documents, Shown::Narrow(left)),
            shown(inspector, right),
        );
    }
    let room = room - inspector.map_or(0.0, |_| STRIP);
    let left = match left {
        left if left <= room => Shown::Usual,
        _ if least_left <= room => Shown::Narrow(room),
        _ => Shown::Folded,
    };
    (shown(documents, left), shown(inspector, Shown::Folded))
}
