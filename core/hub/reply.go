package hub

import (
	"parley/core"
	"parley/core/store"
)

// replyByItself tells a messenger's customer who writes outside of the department's hours, or begins while it is closed, that nobody works now, where that
// is set, once in twelve hours (FEATURES B6).
func (h *Hub) replyByItself(w *store.Work, s *core.Session, closed bool) error {
	can, known := h.can(s.Channel)
	if !known || can.Pulls || s.RepliedAt != 0 && w.Now() < s.RepliedAt.Add(core.AutoReplyTime) {
		return nil
	}
	settings, err := w.Settings(s.Department)
	if err != nil || !settings.Hours.Replies() {
		return err
	}
	if closed {
		s.RepliedAt = w.Now()
		return inform(w, s, settings.Hours.Message, false, "")
	}
	zone, err := w.Zone(s.Department)
	if err != nil || settings.Hours.Open(zone, w.Now()) {
		return err
	}
	if w.Now() < s.LastAgentAt.Add(core.AutoReplyTime) && !settings.Hours.Open(zone, s.LastAgentAt) { // somebody works all the same
		return nil
	}
	s.RepliedAt = w.Now()
	return inform(w, s, settings.Hours.Message, false, "")
}

// repliedAt gives when a messenger's customer was last told so, in the session before the one that begins.
func (h *Hub) repliedAt(w *store.Work, in core.Inbound) (core.Time, error) {
	if can, known := h.can(in.Channel); !known || can.Pulls {
		return 0, nil
	}
	before, err := w.Newest(in.Channel, in.Conversation)
	if core.KindOf(err) == core.NotFound {
		return 0, nil
	}
	return before.RepliedAt, err
}
