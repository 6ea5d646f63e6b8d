//! Windows; they read the app and ask for commands.

mod attributes;
mod bars;
mod codebook;
mod dialogs;
mod documents;
mod export_page;
mod find;
mod findings_page;
mod import_page;
mod inspector;
mod key_page;
mod keys;
mod pages;
mod palette;
mod questions;
mod review;
mod sides;
mod sources_page;
mod start;
mod text;
mod theme;
mod turns;
mod widgets;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{CentralPanel, Context, Frame, Ui};

pub use text::{
    Blocks, Cell, Engine, Estimate, Highlight, Line, Paragraph, Place, Setting, SurfaceLook,
    TagColors, TextSurface, highlights,
};

use crate::app::{App, Command, Page, Request, ThemeChoice, Work};
use crate::model::{AnnotatorId, Document, Project, Region};
use crate::text::{ByteOffset, Text};
use sides::{Side, Sides};
use text::{Held, Shown, TextAction};
use theme::Theme;
use widgets::in_words;

/// Whether a shortcut is written as the window writes it, for the test that looks at all of them.
pub fn is_shortcut(written: &str) -> bool {
    let parsed = keys::parse(written);
    parsed
        .is_some_and(|shortcut| keys::written(shortcut.modifiers, shortcut.logical_key) == written)
}

/// How often an unsaved project is looked at, so that autosave comes without the person moving the mouse.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// While something is under way, how far it is is shown anew after this long.
const SHOW_PROGRESS: Duration = Duration::from_millis(150);

/// The program's window.
pub struct Window {
    app: App,
    surface: TextSurface,
    view: ViewState,
    turns: turns::Turns,
    dialogs: dialogs::Dialogs,
    /// What had the focus in the last frame.
    focused: Option<egui::Id>,
    /// What the window is called.
    title: String,
    is_closing: bool,
}

/// What the views remember from frame to frame and nobody else needs.
#[derive(Default)]
pub struct ViewState {
    documents: documents::DocumentsState,
    /// The page over the work.
    page: Option<Page>,
    /// Whether the page was opened in this frame, so that its first field takes the focus.
    page_is_new: bool,
    pages: pages::PageState,
    inspector: inspector::InspectorState,
    sides: Sides,
    review: review::ReviewState,
    codebook: codebook::CodebookState,
    text_has_focus: bool,
    /// Where the page that is open stands, and since when, in seconds.
    page_place: Option<(egui::Rect, f64)>,
    page_opened_at: f64,
    /// Whether the bar that finds words is to take the focus in the next frame.
    find_takes_focus: bool,
}

/// What a view sees, and the tray for what it asks for.
pub struct Cx<'a> {
    /// The program.
    pub app: &'a App,
    /// Colours.
    pub theme: Theme,
    /// Whether the text has the keys.
    pub text_has_focus: bool,
    /// Whether a page is shown over the work.
    pub is_page_open: bool,
    /// Whether the next key pressed becomes a command's key instead of being carried out.
    pub captures_keys: bool,
    tray: Vec<Command>,
}

impl Cx<'_> {
    /// Puts a command on the tray; it is carried out after the frame.
    pub fn ask(&mut self, command: Command) {
        self.tray.push(command);
    }
}

impl Window {
    /// A window for the program; opens the project if one is named.
    pub fn new(ctx: &Context, mut app: App, open: Option<PathBuf>) -> Self {
        theme::apply(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        match open {
            Some(path) => app.run(Command::OpenProjectAt(path)),
            None if !app.settings().has_started_before => app.run(Command::OpenSample),
            None => {}
        }
        Self {
            app,
            surface: TextSurface::default(),
            view: ViewState::default(),
            turns: turns::Turns::default(),
            dialogs: dialogs::Dialogs::default(),
            focused: None,
            title: String::new(),
            is_closing: false,
        }
    }

    /// The program behind the window, for tests.
    pub fn app(&mut self) -> &mut App {
        &mut self.app
    }

    /// Draws one frame and carries out what was asked for.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.app.tick(Instant::now());
        self.follow_settings(&ctx);
        let mut cx = Cx {
            app: &self.app,
            theme: Theme::of(&ctx),
            text_has_focus: self.view.text_has_focus,
            is_page_open: self.view.page.is_some() || self.app.question().is_some(),
            captures_keys: self.view.page.is_some() && self.view.pages.captures_keys(),
            tray: Vec::new(),
        };
        let is_in_control = self.focused.is_some() && !cx.text_has_focus;
        let ends_search = self.app.work().is_some_and(|work| work.find().is_some());
        if is_in_control && !cx.is_page_open && !ends_search && !egui::Popup::is_any_open(&ctx) {
            // The first Esc only leaves the field; what it belongs to stays held.
            ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
        }
        keys::ask(&mut cx, &ctx);
        receive_dropped(&mut cx, &ctx);
        draw(ui, &mut cx, &mut self.view, &mut self.surface);
        let mut asked = cx.tray;
        let steps =
            |command: &Command| matches!(command, Command::NextFinding | Command::PreviousFinding);
        if asked.iter().any(steps) {
            // What is found is to be read in the text.
            self.view.page = None;
        }
        asked.retain(|command| !self.view.sides.take(command));
        // What is typed belongs to what is held now; a key pressed in the same frame may go elsewhere.
        asked.sort_by_key(|command| !matches!(command, Command::Type(_)));
        let is_leaving = !asked.is_empty() || ctx.input(|input| input.viewport().close_requested());
        let work = self.app.work().filter(|_| is_leaving);
        let renaming =
            work.and_then(|work| self.view.codebook.take_renaming(&work.project().codebook));
        let answers = self.dialogs.answers();
        for command in renaming.into_iter().chain(asked).chain(answers) {
            self.app.run(command);
            ctx.request_repaint();
        }
        let focused = ctx.memory(|memory| memory.focused());
        if std::mem::replace(&mut self.focused, focused) != focused {
            self.app.leave_field();
        }
        for request in self.app.take_requests() {
            self.serve(&ctx, request);
        }
        self.name_window(&ctx);
        self.watch_close(&ctx);
        if !self.app.running().is_empty() {
            ctx.request_repaint_after(SHOW_PROGRESS);
        } else if self.app.work().is_some_and(|work| !work.is_saved()) {
            ctx.request_repaint_after(LOOK_AGAIN);
        }
    }

    fn follow_settings(&self, ctx: &Context) {
        let settings = self.app.settings();
        let preference = match settings.theme {
            ThemeChoice::System => egui::ThemePreference::System,
            ThemeChoice::Light => egui::ThemePreference::Light,
            ThemeChoice::Dark => egui::ThemePreference::Dark,
        };
        ctx.set_theme(preference);
        ctx.set_zoom_factor(settings.zoom_percent as f32 / 100.0);
    }

    fn serve(&mut self, ctx: &Context, request: Request) {
        match request {
            Request::Choose(choice) => {
                egui::Popup::close_all(ctx);
                self.dialogs
                    .ask(ctx, choice, self.app.work().map(Work::path))
            }
            Request::Show(page) => {
                self.view.page = Some(page);
                self.view.page_is_new = true;
            }
            Request::Reveal(span) => self.surface.reveal(span),
            Request::Move(motion, extends) => self.surface.move_caret(motion, extends),
            Request::FocusFind => self.view.find_takes_focus = true,
            Request::FocusAttribute(name) => {
                self.view.sides.unfold(Side::Inspector);
                self.view.inspector.go_to(name);
            }
            Request::FocusText => self.surface.take_focus(),
            Request::FocusNextPane => self.focus_next_pane(ctx),
            Request::Copy(words) => ctx.copy_text(words),
            Request::ShowWindow => {
                use egui::ViewportCommand as V;
                ctx.send_viewport_cmd(V::Minimized(false));
                ctx.send_viewport_cmd(V::Focus);
                // Where the system lets no window come to the front by itself, it is marked at least.
                let mark = egui::UserAttentionType::Informational;
                ctx.send_viewport_cmd(V::RequestUserAttention(mark));
            }
            Request::Close => {
                self.is_closing = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::Close);
            }
        }
    }

    /// From the text to the inspector, to the documents, and back to the text.
    fn focus_next_pane(&mut self, ctx: &Context) {
        let focused = ctx.memory(|memory| memory.focused());
        let place = focused.and_then(|id| ctx.read_response(id));
        let middle = ctx.content_rect().center().x;
        let view = &mut self.view;
        match place.map(|response| response.rect.center().x < middle) {
            _ if view.text_has_focus => {
                view.sides.unfold(Side::Inspector);
                view.inspector.take_focus();
            }
            Some(false) => {
                view.sides.unfold(Side::Documents);
                view.documents.take_focus();
            }
            Some(true) | None => self.surface.take_focus(),
        }
    }

    /// The title names the project's file, with a mark while something is not saved.
    fn name_window(&mut self, ctx: &Context) {
        let title = match self.app.work() {
            None => "Ascribe".to_owned(),
            Some(work) => {
                let mark = if work.is_saved() { "" } else { "• " };
                format!("{mark}{} – Ascribe", crate::app::project_name(work.path()))
            }
        };
        let root = egui::accesskit_root_id();
        ctx.accesskit_node_builder(root, |node| node.set_label(title.as_str()));
        if self.title != title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Closing the window is a command like any other: it may have to ask first.
    fn watch_close(&mut self, ctx: &Context) {
        if ctx.input(|input| input.viewport().close_requested()) && !self.is_closing {
            let is_unsaved = self.app.work().is_some_and(|work| !work.is_saved());
            if is_unsaved {
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
                self.app.run(Command::Quit);
            }
        }
    }
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.frame(ui);
    }

    fn raw_input_hook(&mut self, ctx: &Context, input: &mut egui::RawInput) {
        if self.turns.take_one(input) {
            ctx.request_repaint();
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.app.finish_tasks();
    }

    fn persist_egui_memory(&self) -> bool {
        // Widths of panels.
        true
    }
}

/// The wake-up call for tasks that finish while the window sleeps.
pub fn waker(ctx: &Context) -> Arc<dyn Fn() + Send + Sync> {
    let ctx = ctx.clone();
    Arc::new(move || ctx.request_repaint())
}

fn receive_dropped(cx: &mut Cx<'_>, ctx: &Context) {
    let dropped = ctx.input(|input| {
        input
            .raw
            .dropped_files
            .iter()
            .map(|file| file.path().to_owned())
            .collect::<Vec<PathBuf>>()
    });
    if !dropped.is_empty() {
        cx.ask(Command::Receive(dropped));
    }
}

/// While files are dragged over the window: that they can be dropped, and what then happens.
fn drop_target_ui(ctx: &Context, cx: &Cx<'_>) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let theme = cx.theme;
    let words = match cx.app.work() {
        Some(_) => "Drop texts here to add them to the project",
        None => "Drop a project file here to open it",
    };
    let area = egui::Area::new(egui::Id::unique("drop target"))
        .order(egui::Order::Tooltip)
        .anchor(egui::Align2::CENTER_CENTER, egui::Vec2::ZERO);
    area.show(ctx, |ui| {
        let frame = Frame::popup(ui.style()).inner_margin(egui::Margin::same(28));
        let frame = frame.stroke(egui::Stroke::new(2.0, theme.accent));
        frame.show(ui, |ui| {
            ui.label(egui::RichText::new(words).font(theme::semibold(16.0)))
        });
    });
}

/// The whole window: bars, panels, the text, and what lies over them.
fn draw(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ViewState, surface: &mut TextSurface) {
    let theme = cx.theme;
    surface.begin_frame(ui.ctx());
    bars::menu_bar_ui(ui, cx);
    if let Some(work) = cx.app.work() {
        bars::title_bar_ui(ui, cx, work);
        bars::status_bar_ui(ui, cx, work, surface.missing());
        let (left, right) = view.sides.plan(ui, cx.app.settings());
        let sides = &mut view.sides;
        sides.side_ui(ui, &theme, (Side::Documents, left), |ui| {
            documents::documents_ui(ui, cx, work, &mut view.documents)
        });
        sides.side_ui(ui, &theme, (Side::Inspector, right), |ui| {
            inspector::inspector_ui(ui, cx, work, &mut view.inspector, surface)
        });
        let pane = Frame::new().fill(theme.pane);
        CentralPanel::default().frame(pane).show(ui, |ui| {
            find::find_bar_ui(ui, cx, work, std::mem::take(&mut view.find_takes_focus));
            text_ui(ui, cx, work, surface, view);
        });
    } else {
        let pane = Frame::new().fill(theme.bg);
        CentralPanel::default()
            .frame(pane)
            .show(ui, |ui| start::start_ui(ui, cx));
    }
    pages::page_ui(ui, cx, view, surface);
    questions::question_ui(ui, cx);
    bars::notices_ui(ui, cx, view.page_place);
    drop_target_ui(ui.ctx(), cx);
}

/// Draws a text with nothing held, for tests that look at pictures.
pub fn paint_text(
    ui: &mut Ui,
    surface: &mut TextSurface,
    project: &Project,
    document: &Document,
    text: &Text,
    own: &AnnotatorId,
    look: &SurfaceLook,
) {
    surface.begin_frame(ui.ctx());
    let shown = Shown {
        project,
        revision: 0,
        document,
        text,
        misplaced: &BTreeSet::new(),
        selection: None,
        caret: ByteOffset(0),
        picked: None,
        hits: &[],
        region: None,
        own,
        armed: None,
        snaps_to_words: true,
        look,
    };
    surface.show(ui, &shown);
}

/// The text of the document shown, or why there is none.
fn text_ui(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    work: &Work,
    surface: &mut TextSurface,
    view: &mut ViewState,
) {
    let theme = cx.theme;
    let Some(document) = work.document() else {
        let why = "Plain text, Markdown, web pages, Word and PDF files. They stay as they are; what you mark is kept beside them.";
        return widgets::empty_state(ui, &theme, "No texts yet", why, |ui| {
            if widgets::main_button(ui, &theme, "Add texts…").clicked() {
                cx.ask(Command::AddTexts);
            }
            if widgets::plain_button(ui, "Import annotations…").clicked() {
                cx.ask(Command::Import);
            }
            ui.label(widgets::soft(&theme, "or drop files on this window"));
        });
    };
    let Some(text) = work.text() else {
        let count = work.project().annotations.count_in(&document.id);
        let kept = match count {
            0 => String::new(),
            1 => " Its annotation is kept.".to_owned(),
            count => format!(" Its {count} annotations are kept."),
        };
        let why = format!("“{}” could not be read.{kept}", document.path);
        return widgets::empty_state(ui, &theme, "The text is missing", &why, |ui| {
            if widgets::main_button(ui, &theme, "Locate the file…").clicked() {
                cx.ask(Command::LocateText);
            }
            if widgets::plain_button(ui, "Show findings").clicked() {
                cx.ask(Command::Show(Page::Findings));
            }
        });
    };
    if text.span().is_none() {
        let why = "The file has no characters in it, so there is nothing to mark.";
        return widgets::empty_state(ui, &theme, "This text is empty", why, |ui| {
            if widgets::plain_button(ui, "Finish and go to next").clicked() {
                cx.ask(Command::FinishAndNext);
            }
        });
    }
    let look = theme.surface(&work.project().codebook, cx.app.settings());
    let shown = Shown {
        project: work.project(),
        revision: work.revision(),
        document,
        text,
        misplaced: work.misplaced(),
        selection: work.selection(),
        caret: work.caret(),
        picked: work.picked().map(|picked| &picked.id),
        hits: work.find().map_or(&[], |find| find.hits().as_slice()),
        region: work.region_at_caret(),
        own: work.annotator_id(),
        armed: work.armed(),
        snaps_to_words: cx.app.settings().snaps_to_words,
        look: &look,
    };
    let output = surface.show(ui, &shown);
    view.text_has_focus = output.response.has_focus();
    output
        .response
        .context_menu(|ui| text_menu_ui(ui, cx, work));
    for action in output.actions {
        cx.ask(match action {
            TextAction::Select { selection, caret } => Command::Select { selection, caret },
            TextAction::Tag(span) => Command::TagSpan(span),
            TextAction::Pick(annotation_id) => Command::Pick(annotation_id),
            TextAction::GoTo(annotation_id) => Command::GoTo(annotation_id),
            TextAction::MoveEdges(Held::Annotation(annotation_id), spans) => {
                Command::MoveEdges(annotation_id, spans)
            }
            TextAction::MoveEdges(Held::Region(region_id), spans) => {
                let Some(region) = work.project().regions.get(&region_id) else {
                    continue;
                };
                Command::ChangeRegion(region_id, region.kind.clone(), spans.hull())
            }
        });
    }
}

/// What can be done with the words or the annotation under the pointer.
fn text_menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work) {
    let codebook = &work.project().codebook;
    let picked = work.picked();
    let regions = work.regions_at_hand();
    if picked.is_none() && work.selection().is_none() && regions.is_empty() {
        ui.label(widgets::soft(&cx.theme, "Select words first"));
    }
    for tag in codebook
        .tags
        .iter()
        .filter(|_| picked.is_some() || work.selection().is_some())
    {
        let verb = if picked.is_some() {
            "Retag as"
        } else {
            "Tag as"
        };
        let key = tag.key.map(String::from).unwrap_or_default();
        let words = format!("{verb} {}", in_words(tag.id.as_str()));
        let button = egui::Button::new(&words).shortcut_text(key);
        if ui.add(button).accessible_name(words).clicked() {
            cx.ask(Command::UseTag(tag.id.clone()));
            ui.close();
        }
    }
    if let Some(picked) = picked {
        ui.menu_button("Link", |ui| {
            for kind in codebook
                .link_kinds
                .iter()
                .filter(|kind| inspector::may_begin(kind, &picked.tag_id))
            {
                if ui
                    .button(in_words(&kind.name))
                    .on_hover_text(&kind.description)
                    .clicked()
                {
                    cx.ask(Command::BeginLink(kind.name.clone()));
                    ui.close();
                }
            }
        });
        if ui
            .add(
                egui::Button::new("Delete annotation").shortcut_text(keys::of_command(
                    ui.ctx(),
                    cx.app,
                    &Command::DeleteAnnotation,
                )),
            )
            .clicked()
        {
            cx.ask(Command::DeleteAnnotation);
            ui.close();
        }
    }
    if work.selection().is_some() {
        ui.menu_button("Set aside as", |ui| {
            for kind in &codebook.region_kinds {
                if ui
                    .button(in_words(&kind.name))
                    .on_hover_text(&kind.description)
                    .clicked()
                {
                    cx.ask(Command::SetAside(kind.name.clone()));
                    ui.close();
                }
            }
        });
    }
    for region in regions {
        region_menu_ui(ui, cx, work, region);
    }
    if (picked.is_some() || work.selection().is_some())
        && ui
            .add(
                egui::Button::new("Copy quote").shortcut_text(keys::of_command(
                    ui.ctx(),
                    cx.app,
                    &Command::Copy,
                )),
            )
            .clicked()
    {
        cx.ask(Command::Copy);
        ui.close();
    }
}

/// What can be done with a piece that is set aside.
fn region_menu_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work, region: &Region) {
    ui.menu_button(format!("Set aside as {}", in_words(&region.kind)), |ui| {
        let mut change = |ui: &mut Ui, words: String, kind: &Arc<str>, span| {
            if ui.button(words).clicked() {
                let region_id = region.id.clone();
                cx.ask(Command::ChangeRegion(region_id, kind.clone(), span));
                ui.close();
            }
        };
        if let Some(selection) = work.selection().filter(|held| *held != region.span) {
            let words = "Make it the selected words".to_owned();
            change(ui, words, &region.kind, selection);
        }
        let kinds = work.project().codebook.region_kinds.iter();
        for kind in kinds.filter(|kind| kind.name != region.kind) {
            let words = format!("Change to {}", in_words(&kind.name));
            change(ui, words, &kind.name, region.span);
        }
        ui.separator();
        if ui.button("Take back").clicked() {
            cx.ask(Command::RemoveRegion(region.id.clone()));
            ui.close();
        }
    });
}
