//! The program: a command is carried out without a window; else the window opens.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use ascribe::app::{App, keep_crashes};
use ascribe::ui::{Window, waker};
use ascribe::{cli, store};
use eframe::{NativeOptions, Renderer};

/// Set for the second try, with the renderer to use then.
const RENDERER_VARIABLE: &str = "ASCRIBE_RENDERER";

fn main() -> ExitCode {
    keep_crashes(store::Storage::own());
    if let Ok(program) = std::env::current_exe() {
        store::read_sources_with(program);
    }
    match cli::run(std::env::args_os()) {
        cli::Outcome::Done(code) => code,
        cli::Outcome::OpenWindow(project) => open_window(project),
    }
}

fn open_window(project: Option<PathBuf>) -> ExitCode {
    if !has_display() {
        eprintln!(
            "ascribe: there is no display to open a window on; “ascribe --help” lists what works without one"
        );
        return ExitCode::from(2);
    }
    let tried = std::env::var(RENDERER_VARIABLE).ok();
    let renderer = renderer(tried.as_deref());
    let outcome = eframe::run_native(
        "ascribe",
        options(renderer),
        Box::new(move |context| {
            let ctx = &context.egui_ctx;
            let app = App::new(store::read_settings(), waker(ctx));
            Ok(Box::new(Window::new(ctx, app, project)))
        }),
    );
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if tried.is_none() && cfg!(any(windows, feature = "wgpu")) => {
            try_again(renderer, &error)
        }
        Err(error) => {
            eprintln!("ascribe: the window could not be opened: {error}");
            ExitCode::from(2)
        }
    }
}

/// A process can have only one event loop, so the other renderer is tried by starting anew.
fn try_again(failed: Renderer, error: &eframe::Error) -> ExitCode {
    eprintln!("ascribe: {failed} did not start ({error}); trying the other renderer");
    let other = if failed == Renderer::Glow {
        "wgpu"
    } else {
        "glow"
    };
    let program = std::env::current_exe();
    let status = program.and_then(|program| {
        Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(RENDERER_VARIABLE, other)
            .status()
    });
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

fn renderer(asked: Option<&str>) -> Renderer {
    let default = if cfg!(windows) { "wgpu" } else { "glow" };
    match asked.unwrap_or(default) {
        #[cfg(any(windows, feature = "wgpu"))]
        "wgpu" => Renderer::Wgpu,
        _ => Renderer::Glow,
    }
}

fn options(renderer: Renderer) -> NativeOptions {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Ascribe")
        .with_app_id("ascribe")
        .with_inner_size([1360.0, 860.0])
        .with_min_inner_size([720.0, 480.0])
        .with_drag_and_drop(true);
    NativeOptions {
        viewport,
        renderer,
        persist_window: true,
        ..NativeOptions::default()
    }
}

/// On systems where a window needs a server, whether one is named.
fn has_display() -> bool {
    let is_named =
        |variable: &str| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    cfg!(any(windows, target_os = "macos")) || is_named("DISPLAY") || is_named("WAYLAND_DISPLAY")
}
