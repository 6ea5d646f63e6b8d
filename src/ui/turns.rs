//! Each press and each release of a button gets a frame of its own.
//!
//! egui knows the pointer's last place in a frame, and no drag that begins and ends within one. In a slow frame a quick
//! hand would mark other words than it crossed, or none, and the key pressed right after would come before its words.

use egui::{Event, InputOptions, Pos2, RawInput};

/// What came in and waits for the next frame.
#[derive(Debug, Default)]
pub struct Turns {
    waiting: Vec<Event>,
}

/// What the pointer has done in this frame so far.
enum Pointer {
    Rested,
    Moved,
    Pressed(Pos2),
}

impl Turns {
    /// Leaves in the input what one frame can hold; says whether anything waits for the next.
    pub fn take_one(&mut self, input: &mut RawInput) -> bool {
        self.waiting.append(&mut input.events);
        let rest = self.waiting.split_off(frame_end(&self.waiting));
        input.events = std::mem::replace(&mut self.waiting, rest);
        !self.waiting.is_empty()
    }
}

/// How many of the events, from the first one, fit into one frame: moves, then a press where they ended, or a click.
fn frame_end(events: &[Event]) -> usize {
    let click_reach = InputOptions::default().max_click_dist;
    let mut pointer = Pointer::Rested;
    for (index, event) in events.iter().enumerate() {
        pointer = match (event, pointer) {
            (Event::PointerMoved(to), Pointer::Pressed(at)) if at.distance(*to) > click_reach => {
                return index;
            }
            (Event::PointerMoved(_), Pointer::Rested) => Pointer::Moved,
            (
                Event::PointerButton {
                    pressed: true, pos, ..
                },
                _,
            ) => Pointer::Pressed(*pos),
            (Event::PointerButton { pressed: false, .. }, Pointer::Moved) => return index,
            (Event::PointerButton { pressed: false, .. }, _) => return index + 1,
            (_, pointer) => pointer,
        };
    }
    events.len()
}
