//! Colours, sizes and fonts: the only place where they are written down.

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow,
    Stroke, Style, TextStyle, Theme as Mode, Visuals, vec2,
};

use super::text::{SurfaceLook, TagColors};
use crate::app::Settings;
use crate::model::{Codebook, Color, Tag};

/// The semibold cut of the interface face.
pub const SEMIBOLD: &str = "semibold";

/// The colours of one mode.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// Whether it is the dark one.
    pub is_dark: bool,
    /// Behind menus and bars.
    pub bg: Color32,
    /// Behind the text and cards.
    pub pane: Color32,
    /// Behind side panels.
    pub side: Color32,
    /// Letters.
    pub ink: Color32,
    /// Secondary letters.
    pub soft: Color32,
    /// Rules.
    pub line: Color32,
    /// Focus, and offers.
    pub accent: Color32,
    /// The current row, and selected words.
    pub selected: Color32,
    /// The row under the pointer.
    pub hover: Color32,
    /// Done.
    pub good: Color32,
    /// Doubtful.
    pub warn: Color32,
    /// Failed.
    pub bad: Color32,
}

const LIGHT: Theme = Theme {
    is_dark: false,
    bg: Color32::from_rgb(0xf6, 0xf5, 0xf2),
    pane: Color32::from_rgb(0xff, 0xff, 0xff),
    side: Color32::from_rgb(0xf1, 0xef, 0xeb),
    ink: Color32::from_rgb(0x1f, 0x23, 0x28),
    soft: Color32::from_rgb(0x62, 0x67, 0x6d),
    line: Color32::from_rgb(0xe0, 0xdd, 0xd6),
    accent: Color32::from_rgb(0x35, 0x58, 0xc4),
    selected: Color32::from_rgb(0xdc, 0xe5, 0xff),
    hover: Color32::from_rgb(0xea, 0xe7, 0xe1),
    good: Color32::from_rgb(0x2f, 0x8f, 0x4e),
    warn: Color32::from_rgb(0xb7, 0x79, 0x1f),
    bad: Color32::from_rgb(0xc0, 0x39, 0x2b),
};

const DARK: Theme = Theme {
    is_dark: true,
    bg: Color32::from_rgb(0x17, 0x19, 0x1c),
    pane: Color32::from_rgb(0x1d, 0x20, 0x24),
    side: Color32::from_rgb(0x19, 0x1c, 0x1f),
    ink: Color32::from_rgb(0xe4, 0xe4, 0xe1),
    soft: Color32::from_rgb(0x98, 0x9d, 0xa3),
    line: Color32::from_rgb(0x2d, 0x31, 0x36),
    accent: Color32::from_rgb(0x8a, 0xa6, 0xff),
    selected: Color32::from_rgb(0x2b, 0x3a, 0x66),
    hover: Color32::from_rgb(0x25, 0x29, 0x2e),
    good: Color32::from_rgb(0x6c, 0xc4, 0x8a),
    warn: Color32::from_rgb(0xe0, 0xb0, 0x50),
    bad: Color32::from_rgb(0xf0, 0x7a, 0x6a),
};

impl Theme {
    /// The colours of the mode that is shown.
    pub fn of(ctx: &Context) -> Self {
        match ctx.theme() {
            Mode::Light => LIGHT,
            Mode::Dark => DARK,
        }
    }

    /// How a tag looks: its own colour, made lighter on dark ground, darker on light ground where it would
    /// be too pale to read.
    pub fn tag(&self, color: Color) -> TagColors {
        let [r, g, b] = color.0;
        let own = Color32::from_rgb(r, g, b);
        let strong = match self.is_dark {
            true => own.lerp_to_gamma(Color32::WHITE, 0.34),
            false if luminance(own) > 0.22 => own.lerp_to_gamma(Color32::BLACK, 0.14),
            false => own,
        };
        let tint = self
            .pane
            .lerp_to_gamma(own, if self.is_dark { 0.34 } else { 0.17 });
        TagColors {
            strong,
            tint,
            on_strong: if self.is_dark { self.bg } else { self.pane },
            key: '•',
        }
    }

    /// How the text surface looks.
    pub fn surface(&self, codebook: &Codebook, settings: &Settings) -> SurfaceLook {
        let key_of = |tag: &Tag| tag.key.or(tag.id.as_str().chars().next()).unwrap_or('•');
        let colors = |tag: &Tag| TagColors {
            key: key_of(tag),
            ..self.tag(tag.color)
        };
        SurfaceLook {
            pane: self.pane,
            ink: self.ink,
            soft: self.soft,
            line: self.line,
            accent: self.accent,
            selection: self.selected,
            found: self
                .pane
                .lerp_to_gamma(self.warn, if self.is_dark { 0.3 } else { 0.42 }),
            tags: codebook
                .tags
                .iter()
                .map(|tag| (tag.id.clone(), colors(tag)))
                .collect(),
            unknown_tag: self.tag(Color([0x80, 0x80, 0x80])),
            text_size: settings.text_size,
            line_height: settings.line_spacing,
            column_width: settings.column_width * settings.text_size / Settings::TEXT_SIZE,
            face: settings.reading_face,
            shows_invisible: settings.shows_invisible,
            shows_line_numbers: settings.shows_line_numbers,
        }
    }
}

/// Relative luminance of WCAG 2.
fn luminance(color: Color32) -> f32 {
    let [r, g, b, _] = egui::Rgba::from(color).to_array();
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// Gives egui our fonts, sizes and colours, once.
pub fn apply(ctx: &Context) {
    ctx.set_fonts(fonts());
    for (mode, theme) in [(Mode::Light, LIGHT), (Mode::Dark, DARK)] {
        ctx.style_mut_of(mode, |style| restyle(style, &theme));
    }
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    };
    add(
        "Inter",
        include_bytes!("../../assets/fonts/Inter-Regular.otf"),
    );
    add(
        "Inter SemiBold",
        include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
    );
    let fallbacks = fonts
        .families
        .get(&FontFamily::Proportional)
        .cloned()
        .unwrap_or_default();
    let with_fallbacks = |name: &str| {
        let mut names = vec![name.to_owned()];
        names.extend(fallbacks.clone());
        names
    };
    fonts
        .families
        .insert(FontFamily::Proportional, with_fallbacks("Inter"));
    fonts.families.insert(
        FontFamily::Name(SEMIBOLD.into()),
        with_fallbacks("Inter SemiBold"),
    );
    fonts
}

/// The semibold cut at a size.
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

fn restyle(style: &mut Style, theme: &Theme) {
    style.text_styles = [
        (TextStyle::Body, FontId::proportional(13.0)),
        (TextStyle::Button, FontId::proportional(13.0)),
        (TextStyle::Small, FontId::proportional(12.0)),
        (TextStyle::Heading, semibold(20.0)),
        (TextStyle::Monospace, FontId::monospace(12.5)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(10.0, 5.0);
    spacing.menu_margin = Margin::same(6);
    spacing.interact_size.y = 26.0;
    spacing.scroll.floating = true;
    // A list that ends exactly with an entry would not show that it goes on.
    spacing.scroll.dormant_handle_opacity = 0.3;
    style.animation_time = 0.1;
    style.interaction.tooltip_delay = 0.4;
    style.visuals = visuals(theme);
}

fn visuals(theme: &Theme) -> Visuals {
    let mut visuals = if theme.is_dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    visuals.panel_fill = theme.bg;
    visuals.window_fill = theme.pane;
    visuals.extreme_bg_color = theme.pane;
    visuals.faint_bg_color = theme.hover;
    visuals.code_bg_color = theme.hover;
    visuals.hyperlink_color = theme.accent;
    visuals.warn_fg_color = theme.warn;
    visuals.error_fg_color = theme.bad;
    visuals.weak_text_color = Some(theme.soft);
    visuals.window_stroke = Stroke::new(1.0, theme.line);
    visuals.window_corner_radius = CornerRadius::same(10);
    visuals.menu_corner_radius = CornerRadius::same(8);
    let shade = Color32::from_black_alpha(if theme.is_dark { 120 } else { 34 });
    let shadow = Shadow {
        offset: [0, 6],
        blur: 20,
        spread: 0,
        color: shade,
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.selection.bg_fill = theme.selected;
    visuals.selection.stroke = Stroke::new(1.5, theme.accent);
    let widgets = &mut visuals.widgets;
    for (widget, fill, line, ink) in [
        (&mut widgets.noninteractive, theme.bg, theme.line, theme.ink),
        (&mut widgets.inactive, theme.pane, theme.line, theme.ink),
        (&mut widgets.hovered, theme.hover, theme.soft, theme.ink),
        // What has the focus has a ring; filled is only what is chosen.
        (&mut widgets.active, theme.hover, theme.accent, theme.ink),
        (&mut widgets.open, theme.hover, theme.line, theme.ink),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, line);
        widget.fg_stroke = Stroke::new(1.0, ink);
        widget.corner_radius = CornerRadius::same(6);
        widget.expansion = 0.0;
    }
    // Boxes to tick, which without it are hardly seen while they are empty; buttons have the weak one.
    visuals.widgets.inactive.bg_fill = theme.line;
    visuals
}
