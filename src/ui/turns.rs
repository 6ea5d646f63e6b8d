//! What pointer and keys did in one frame, in turns that egui can follow.
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
    Clicked(Pos2),
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

/// How many of the events, from the first one, fit into one frame: moves, and then a press where they ended, or clicks
/// there, which are counted by the time of their frame.
fn frame_end(events: &[Event]) -> usize {
    let reach = InputOptions::default().max_click_dist;
    let mut pointer = Pointer::Rested;
    for (index, event) in events.iter().enumerate() {
        use Pointer::{Clicked, Moved, Pressed, Rested};
        pointer = match (event, pointer) {
            (Event::PointerMoved(to), Pressed(at) | Clicked(at)) if at.distance(*to) > reach => {
                return index;
            }
            (Event::PointerMoved(_), Rested) => Moved,
            (Event::PointerMoved(_), pointer) => pointer,
            (
                Event::PointerButton {
                    pressed: true, pos, ..
                },
                pointer,
            ) => match pointer {
                Clicked(at) if at.distance(*pos) > reach => return index,
                _ => Pressed(*pos),
            },
            (Event::PointerButton { .. }, Moved) => return index,
            (Event::PointerButton { pos, .. }, _) => Clicked(*pos),
            // A key belongs to what was clicked before it.
            (_, Clicked(_)) => return index,
            (_, pointer) => pointer,
        };
    }
    events.len()
}
