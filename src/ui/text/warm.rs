//! The engine, made ready on a thread of its own while the window opens.
//!
//! Finding the system's fonts and opening those of other scripts takes a tenth of a second, once. A text that is
//! opened later than that need not wait for it.

use std::thread::JoinHandle;

use super::engine::{Engine, Setting};
use super::paragraph::Face;

/// Some letters of each script whose font is worth having at hand.
const WARM_UP: &str = "Aа Ωω ابج אבג हिन्दी ไทย 汉字 かな 한글 🦉👩‍👩‍👧🇪🇪";

/// An engine that may still be getting ready.
pub struct WarmEngine {
    thread: Option<JoinHandle<Engine>>,
    engine: Option<Engine>,
}

impl Default for WarmEngine {
    fn default() -> Self {
        Self {
            thread: Some(std::thread::spawn(warmed_up)),
            engine: None,
        }
    }
}

impl WarmEngine {
    /// The engine; waits for it the first time.
    pub fn get(&mut self) -> &mut Engine {
        let thread = self.thread.take();
        let from_thread = || thread.and_then(|thread| thread.join().ok());
        self.engine
            .get_or_insert_with(|| from_thread().unwrap_or_default())
    }

    /// The faces in use so far.
    pub fn faces(&self) -> &[Face] {
        self.engine.as_ref().map_or(&[], Engine::faces)
    }
}

fn warmed_up() -> Engine {
    let mut engine = Engine::new();
    engine.lay_out(WARM_UP, &Setting::default(), &[]);
    engine
}
