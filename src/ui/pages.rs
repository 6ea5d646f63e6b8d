//! Pages over the work: palette, line, export, findings, document, annotator, about. Esc closes them.

use egui::{
    Align, Frame, Grid, Id, Key, LayerId, Layout, Margin, Modal, RichText, ScrollArea, TextEdit,
    Ui, vec2,
};

use super::export_page::{ExportPageState, export_page_ui};
use super::findings_page::findings_ui;
use super::import_page::{ImportPageState, import_page_ui};
use super::palette::{PaletteState, palette_ui};
use super::review::{self, ReviewState};
use super::sources_page::{SourcesPageState, sources_page_ui};
use super::theme::semibold;
use super::widgets::{
    NoValue, buttons_at_right, cut_label, hold_focus, list_entry, main_button, name_bar,
    name_dialog, name_field, plain_button, row, section_head, soft, value_field,
};
use super::{Cx, TextSurface, ViewState, codebook, key_page};
use crate::app::{Command, Page, Work};
use crate::import;
use crate::model::{AnnotatorId, DocumentState};
use crate::text::OffsetUnit;

/// What pages remember while they are open.
#[derive(Default)]
pub struct PageState {
    words: String,
    palette: PaletteState,
    export: ExportPageState,
    keys: key_page::KeyPageState,
    import: ImportPageState,
    sources: SourcesPageState,
    /// What takes the focus when the page opens.
    first: Option<Id>,
    /// How many frames the page has been open.
    age: u32,
}

/// For so many frames a page gives the focus to its first part: before it has been drawn twice, egui takes the
/// focus away again.
const FRAMES_OF_OPENING: u32 = 3;

impl PageState {
    /// Whether the next key pressed becomes a command's key.
    pub fn captures_keys(&self) -> bool {
        self.keys.is_capturing()
    }
}

/// Draws the page that is open, if one is.
pub fn page_ui(ui: &mut Ui, cx: &mut Cx<'_>, view: &mut ViewState, surface: &mut TextSurface) {
    view.page_place = None;
    let Some(page) = view.page else { return };
    if view.page_is_new {
        view.page_opened_at = ui.input(|input| input.time);
        view.pages = PageState {
            export: view.pages.export.clone(),
            ..PageState::default()
        };
        view.review = ReviewState::default();
    }
    let width = match page {
        Page::Codebook | Page::Import | Page::Sources | Page::Export => 860.0,
        Page::Keys | Page::Findings | Page::Review | Page::Doubles | Page::Backups => 640.0,
        Page::Palette | Page::Document => 520.0,
        Page::Annotator | Page::About => 420.0,
        Page::Line => 280.0,
    };
    let room = ui.ctx().content_rect().size();
    let mut is_done = false;
    let margin = if page == Page::Palette { 8 } else { 20 };
    let frame = Frame::popup(ui.style()).inner_margin(Margin::same(margin));
    let modal = Modal::new(Id::unique("page"))
        .frame(frame)
        .show(ui.ctx(), |ui| {
            ui.set_width(f32::min(width, room.x - 60.0));
            ui.set_max_height(room.y * 0.8);
            is_done = match page {
                Page::Palette => palette_ui(ui, cx, &mut view.pages.palette, &mut view.pages.first),
                Page::Keys => key_page::key_page_ui(ui, cx, &mut view.pages.keys),
                Page::Line => line_ui(ui, cx, &mut view.pages),
                Page::Codebook => codebook::codebook_ui(ui, cx, &mut view.codebook),
                Page::Findings => findings_ui(ui, cx, &mut view.pages.first),
                Page::Review => review::review_ui(ui, cx, &mut view.review, surface),
                Page::Doubles => doubles_ui(ui, cx),
                Page::Backups => backups_ui(ui, cx),
                Page::Import => import_page_ui(ui, cx, &mut view.pages.import),
                Page::Sources => sources_page_ui(ui, cx, &mut view.pages.sources, surface),
                Page::Export => {
                    let state = &mut view.pages;
                    export_page_ui(ui, cx, &mut state.export, &mut state.first)
                }
                Page::Document => document_ui(ui, cx, &mut view.pages),
                Page::Annotator => annotator_ui(ui, cx, &mut view.pages),
                Page::About => about_ui(ui, cx),
            };
        });
    let layer = modal.response.layer_id;
    keep_lists_in_front(ui, layer);
    view.page_place = Some((modal.response.rect, view.page_opened_at));
    view.pages.age += 1;
    let is_new = view.pages.age <= FRAMES_OF_OPENING;
    if is_new {
        ui.ctx().request_repaint();
    }
    hold_focus(ui, layer, view.pages.first, is_new);
    view.page_is_new = false;
    if is_done || modal.should_close() {
        view.page = None;
    }
}

/// A list that was opened before the page was would come out behind it: egui keeps the order in which things first came.
fn keep_lists_in_front(ui: &Ui, page: LayerId) {
    let open = ui.memory(|memory| memory.areas().visible_layer_ids());
    for layer in open {
        if layer.order == page.order && layer != page {
            ui.ctx().set_sublayer(page, layer);
        }
    }
}

/// The head of a page; returns whether it is to be closed.
pub fn head_ui(ui: &mut Ui, words: &str) -> bool {
    let mut is_done = false;
    ui.horizontal(|ui| {
        let head = ui.label(RichText::new(words).font(semibold(18.0)));
        name_dialog(ui, &head);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            is_done = ui.button("Close").clicked();
        });
    });
    ui.add_space(6.0);
    is_done
}

/// Asks for the number of a line.
fn line_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut PageState) -> bool {
    let theme = cx.theme;
    let Some(text) = cx.app.work().and_then(Work::text) else {
        return true;
    };
    let count = text.line_count();
    let mut is_done = head_ui(ui, "Go to line");
    let edit = TextEdit::singleline(&mut state.words).desired_width(f32::INFINITY);
    let response = ui.add(edit.hint_text(format!("1 to {count}")));
    name_field(&response, &state.words, "Line");
    state.first = Some(response.id);
    let number = state.words.trim().parse::<usize>().ok();
    let fits = number.filter(|number| (1..=count).contains(number));
    if fits.is_none() && !state.words.trim().is_empty() {
        ui.label(soft(&theme, format!("The text has {count} lines")).size(12.0));
    }
    if response.lost_focus()
        && ui.input(|input| input.key_pressed(Key::Enter))
        && let Some(number) = fits
    {
        cx.ask(Command::GoToLine(number));
        is_done = true;
    }
    is_done
}

/// What two sides changed in different ways: both versions, and what was done.
fn doubles_ui(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let theme = cx.theme;
    let mut is_done = head_ui(ui, "Changed on both sides");
    let Some(work) = cx.app.work() else {
        return true;
    };
    let doubles = work.doubles();
    ui.label(soft(
        &theme,
        "You and another program changed these in different ways. Nothing is lost; choose one to look at it.",
    ));
    ui.add_space(4.0);
    let output =
        ScrollArea::vertical()
            .auto_shrink(false)
            .show_rows(ui, 62.0, doubles.len(), |ui, rows| {
                for double in rows.filter_map(|number| doubles.get(number)) {
                    let response = row(ui, &theme, 62.0, false, &double.what, |ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        cut_label(ui, RichText::new(&double.what));
                        let sides = format!("here {}, there {}", double.ours, double.theirs);
                        cut_label(ui, soft(&theme, sides).size(12.0));
                        cut_label(ui, soft(&theme, &double.outcome).size(12.0));
                    });
                    if response.clicked()
                        && let Some(subject) = &double.subject
                    {
                        cx.ask(Command::ShowSubject(subject.clone()));
                        is_done = true;
                    }
                }
            });
    name_bar(ui, "double edits", &output);
    is_done
}

/// The backups; the one chosen says how it differs.
fn backups_ui(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let theme = cx.theme;
    let mut is_done = head_ui(ui, "Backups");
    let Some(work) = cx.app.work() else {
        return true;
    };
    let backups = work.backups();
    if backups.all.is_empty() {
        ui.label("There is none yet. One is made each time the project is saved.");
        return is_done;
    }
    let words =
        "Made at each save, and before merges and large changes. Choose one to see how it differs.";
    ui.label(soft(&theme, words));
    ui.add_space(4.0);
    let looked_at = backups.looked_at.as_ref();
    let output = ScrollArea::vertical().max_height(300.0).show_rows(
        ui,
        32.0,
        backups.all.len(),
        |ui, rows| {
            for backup in rows.filter_map(|number| backups.all.get(number)) {
                let is_chosen = looked_at.is_some_and(|(path, _)| *path == backup.path);
                let at = backup.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
                let name = format!("{at}, {}", backup.reason.words());
                let response = row(ui, &theme, 32.0, is_chosen, &name, |ui| {
                    ui.horizontal(|ui| {
                        ui.label(&at);
                        ui.label(soft(&theme, backup.reason.words()));
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            ui.label(soft(
                                &theme,
                                format!("{} kB", backup.size_bytes.div_ceil(1_000)),
                            ));
                        });
                    });
                });
                if response.clicked() {
                    cx.ask(Command::LookAtBackup(backup.path.clone()));
                }
            }
        },
    );
    name_bar(ui, "backups", &output);
    let Some((path, differences)) = looked_at else {
        return is_done;
    };
    ui.add_space(8.0);
    section_head(ui, &theme, "Compared with the project as it is");
    if differences.is_empty() {
        ui.label("It is the same.");
        return is_done;
    }
    for words in differences {
        ui.label(words);
    }
    ui.label(soft(&theme, "Restoring is one step, which undo takes back.").size(12.0));
    buttons_at_right(ui, |ui| {
        if main_button(ui, &theme, "Restore this backup").clicked() {
            cx.ask(Command::RestoreBackup(path.clone()));
            is_done = true;
        }
    });
    is_done
}

fn document_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut PageState) -> bool {
    let theme = cx.theme;
    let is_done = head_ui(ui, "About this document");
    state.first = None;
    let Some((work, document)) = cx
        .app
        .work()
        .and_then(|work| Some((work, work.document()?)))
    else {
        return true;
    };
    let output = ScrollArea::vertical().show(ui, |ui| {
        Grid::new("fields")
            .num_columns(2)
            .spacing(vec2(14.0, 8.0))
            .show(ui, |ui| {
                for field in &work.project().codebook.document_fields {
                    let standing = document.fields.get(&field.name).map_or("", String::as_str);
                    ui.label(soft(&theme, &*field.name))
                        .on_hover_text(&field.description);
                    let id = Id::unique(("field", &document.id, &field.name));
                    state.first.get_or_insert(id);
                    let (_, typed) = value_field(
                        ui,
                        &theme,
                        (id, &field.name),
                        standing,
                        |words| {
                            TextEdit::singleline(words)
                                .desired_width(340.0)
                                .hint_text(field.description.as_str())
                        },
                        |words| Ok(words.trim().to_owned()),
                    );
                    if let Some(typed) = typed {
                        let command = Command::SetField(field.name.clone(), typed);
                        cx.ask(Command::Type(Box::new(command)));
                    }
                    ui.end_row();
                }
                let known = &work.project().codebook.document_fields;
                let others = document.fields.iter();
                for (name, value) in
                    others.filter(|(name, _)| known.iter().all(|own| own.name != **name))
                {
                    ui.label(soft(&theme, &**name));
                    ui.add(egui::Label::new(value).wrap());
                    ui.end_row();
                }
                ui.label(soft(&theme, "State"));
                ui.horizontal(|ui| {
                    for other in DocumentState::ALL {
                        if ui
                            .selectable_label(
                                document.state_of(work.annotator_id()) == other,
                                other.words(),
                            )
                            .clicked()
                        {
                            cx.ask(Command::SetState(other));
                        }
                    }
                });
                ui.end_row();
                ui.label(soft(&theme, "Text"));
                ui.add(egui::Label::new(&document.path).wrap());
                ui.end_row();
                ui.label(soft(&theme, "Size"));
                ui.label(size_words(work));
                ui.end_row();
                ui.label(soft(&theme, "SHA-256"));
                ui.add(
                    egui::Label::new(RichText::new(&document.sha256).monospace().size(10.5)).wrap(),
                );
                ui.end_row();
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    ui.label(soft(&theme, "Read as"))
                });
                encoding_ui(ui, cx, work);
                ui.end_row();
            });
    });
    name_bar(ui, "about this document", &output);
    is_done
}

fn size_words(work: &Work) -> String {
    let Some((document, text)) = work.document().zip(work.text()) else {
        return "not read".to_owned();
    };
    let characters = text.offset_in(OffsetUnit::CodePoint, text.end());
    format!(
        "{} bytes, {characters} characters, {} lines, line ends {}",
        document.size_bytes,
        // Behind the last line end there is a line for the caret, but none that anybody wrote.
        text.as_str().lines().count(),
        text.line_ends().name()
    )
}

/// An encoding with what is written in it.
fn encoding_words(name: &str) -> String {
    let written = match name {
        "UTF-8" | "UTF-16LE" | "UTF-16BE" => "all languages",
        "windows-1252" | "ISO-8859-15" | "macintosh" => "Western European",
        "windows-1250" | "ISO-8859-2" => "Central European",
        "windows-1251" | "ISO-8859-5" | "IBM866" => "Cyrillic",
        "KOI8-R" => "Russian",
        "KOI8-U" => "Ukrainian",
        "windows-1253" | "ISO-8859-7" => "Greek",
        "windows-1254" => "Turkish",
        "windows-1255" | "ISO-8859-8" => "Hebrew",
        "windows-1256" | "ISO-8859-6" => "Arabic",
        "windows-1257" => "Baltic",
        "windows-1258" => "Vietnamese",
        "windows-874" => "Thai",
        "gb18030" | "GBK" => "Chinese, simplified",
        "Big5" => "Chinese, traditional",
        "Shift_JIS" | "EUC-JP" | "ISO-2022-JP" => "Japanese",
        "EUC-KR" => "Korean",
        _ => return name.to_owned(),
    };
    format!("{name} · {written}")
}

/// What was assumed, with the other encodings to choose from.
fn encoding_ui(ui: &mut Ui, cx: &mut Cx<'_>, work: &Work) {
    let Some(document) = work.document() else {
        return;
    };
    ui.vertical(|ui| {
        let combo = egui::ComboBox::from_id_salt("encoding")
            .selected_text(encoding_words(&document.encoding.name))
            .width(260.0)
            .show_ui(ui, |ui| {
                for name in import::encodings() {
                    let is_chosen = document.encoding.name == name;
                    if list_entry(ui, is_chosen, encoding_words(name)).clicked() {
                        cx.ask(Command::ReadAs(name.to_owned()));
                    }
                }
            });
        combo.response.accessible_name("Read as");
        let preview = work
            .text()
            .map(|text| text.as_str().chars().take(160).collect::<String>())
            .unwrap_or_default();
        ui.add(egui::Label::new(soft(&cx.theme, preview).size(12.0)).wrap());
        if document.encoding.is_lossy {
            ui.label(
                RichText::new("Some bytes mean nothing in this encoding")
                    .color(cx.theme.warn)
                    .size(12.0),
            );
        }
    });
}

fn annotator_ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut PageState) -> bool {
    let theme = cx.theme;
    let mut is_done = head_ui(ui, "Project and annotator");
    if let Some(work) = cx.app.work() {
        ui.horizontal(|ui| {
            ui.label("Name of the project");
            let (_, typed) = value_field(
                ui,
                &theme,
                (Id::unique("project name"), "Name of the project"),
                &work.project().name,
                |words| TextEdit::singleline(words).desired_width(220.0),
                |words| match words.trim() {
                    "" => Err(NoValue {
                        reason: "a name is needed".to_owned(),
                        meanwhile: work.project().name.clone(),
                    }),
                    name => Ok(name.to_owned()),
                },
            );
            if let Some(name) = typed {
                cx.ask(Command::Type(Box::new(Command::RenameProject(name))));
            }
        });
        ui.add_space(8.0);
        section_head(ui, &theme, "Who is annotating?");
    }
    ui.label(soft(
        &theme,
        "Your name stands on everything that you mark. Marks of others are shown as outlines.",
    ));
    ui.add_space(6.0);
    if let Some(work) = cx.app.work() {
        for annotator in work.project().annotators.values() {
            let is_chosen = annotator.id == *work.annotator_id();
            let response = row(ui, &theme, 32.0, is_chosen, annotator.id.as_str(), |ui| {
                ui.horizontal(|ui| {
                    ui.label(annotator.id.as_str());
                    cut_label(ui, soft(&theme, &annotator.name));
                });
            });
            if response.clicked() {
                cx.ask(Command::WorkAs(annotator.id.clone()));
                is_done = true;
            }
        }
    }
    ui.horizontal(|ui| {
        let response = ui.add(
            TextEdit::singleline(&mut state.words)
                .hint_text("another name")
                .desired_width(220.0),
        );
        name_field(&response, &state.words, "Another name");
        let name = state.words.trim().to_owned();
        let button = ui.add_enabled(!name.is_empty(), egui::Button::new("Work under this name"));
        if button.clicked() {
            cx.ask(Command::WorkAs(AnnotatorId::new(name)));
            is_done = true;
        }
    });
    is_done
}

fn about_ui(ui: &mut Ui, cx: &mut Cx<'_>) -> bool {
    let is_done = head_ui(ui, "Ascribe");
    ui.label(format!("Version {}", env!("CARGO_PKG_VERSION")));
    ui.label("Label source texts by hand. Works offline; nothing leaves this machine.");
    ui.add_space(6.0);
    let words = "MIT or Apache 2.0. Inter and Noto Serif are under the SIL Open Font License 1.1.";
    ui.label(soft(&cx.theme, words));
    ui.add_space(6.0);
    if plain_button(ui, "Keys").clicked() {
        cx.ask(Command::Show(Page::Keys));
    }
    is_done
}
