package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// insideWord is in every note, and in nothing else: no customer may ever see it.
const insideWord = "inside"

func isInside(text string) bool { return strings.Contains(text, insideWord) }

// saying is something that an agent has said, as it stands.
type saying struct {
	text string
	note bool
	gone bool
	ts   string // of what was said in Slack
	id   string // of what was said in the workspace
	who  int
}

// deeds count what agents did.
type deeds struct {
	slackReplies, replies, slackNotes, notes, files, slackEdits, edits, turned, slackDeletions, deletions, handed, pressed, typed, direct atomic.Int64
}

// shift is the work on one conversation: one agent after the other, each by turns in Slack and in the workspace.
type shift struct {
	siege   *siege
	fate    *fate
	did     *deeds
	wing    *wing
	hands   []*hand
	label   string // that begins what is said
	session string
	pace    func() time.Duration
	ended   chan struct{}

	// Of the goroutine that runs.
	root   string
	now    int // whose turn it is
	number int
	said   []saying
}

const settleTime = 3 * time.Minute // for what was done to be seen

// chore is something that an agent may do next, so often of a hundred times.
type chore struct {
	often int
	do    func(*shift, context.Context) error
}

var chores = []chore{
	{26, (*shift).replyInSlack},
	{26, (*shift).replyInWorkspace},
	{9, (*shift).noteInSlack},
	{6, (*shift).noteInWorkspace},
	{5, (*shift).file},
	{8, (*shift).editInSlack},
	{8, (*shift).editInWorkspace},
	{3, (*shift).turnIntoNote},
	{2, (*shift).deleteInSlack},
	{2, (*shift).deleteInWorkspace},
	{5, (*shift).handOver},
}

// run works until the siege ends.
func (s *shift) run(ctx context.Context) {
	defer close(s.ended)
	if err := s.find(ctx); err != nil {
		s.siege.fail("%s: %v", s.label, err)
		return
	}
	for !s.siege.stopping.Load() && ctx.Err() == nil {
		if err := s.chore().do(s, ctx); err != nil {
			if ctx.Err() == nil {
				s.siege.fail("%s: %v", s.label, err)
			}
			return
		}
		pause(ctx, s.pace())
	}
}

// chore chooses what to do next.
func (s *shift) chore() chore {
	n := s.fate.below(100)
	return chores[slices.IndexFunc(chores, func(c chore) bool {
		n -= c.often
		return n < 0
	})]
}

// find waits for the session's card.
func (s *shift) find(ctx context.Context) error {
	return s.until(ctx, "the session has no card", func() bool {
		cards := s.wing.app.net.cards(s.wing.app.room, s.session)
		if len(cards) > 0 {
			s.root = cards[0].ts
		}
		return len(cards) > 0
	})
}

// until looks again and again whether something is so.
func (s *shift) until(ctx context.Context, wrong string, so func() bool) error {
	for end := time.Now().Add(settleTime); ; pause(ctx, 150*time.Millisecond) {
		switch {
		case so():
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Now().After(end):
			return fmt.Errorf("%s after %v", wrong, settleTime)
		}
	}
}

func (s *shift) hand() *hand { return s.hands[s.now] }

func (s *shift) next(more string) string {
	s.number++
	return strings.TrimSpace(fmt.Sprintf("a%s %07d %s", s.label, s.number, more))
}

func (s *shift) keep(what saying) {
	what.who = s.now
	s.said = append(s.said, what)
	s.siege.told.Add(1)
}

// speak says something in the session's thread.
func (s *shift) speak(text string, files ...object) string {
	return s.wing.app.say(s.hand().user, s.root, text, files...)
}

func (s *shift) replyInSlack(context.Context) error {
	text := s.next("")
	s.keep(saying{text: text, ts: s.speak(text)})
	s.did.slackReplies.Add(1)
	return nil
}

func (s *shift) noteInSlack(context.Context) error {
	text := s.next(insideWord)
	s.keep(saying{text: text, note: true, ts: s.speak("// " + text)})
	s.did.slackNotes.Add(1)
	return nil
}

// file shares a file, with a note or with words for the customer.
func (s *shift) file(ctx context.Context) error {
	if strings.HasPrefix(s.label, "s") { // customers in Slack are sent no files here
		return s.replyInSlack(ctx)
	}
	text := s.next(fileWord)
	said, note := text, s.number%2 == 0
	if note {
		text += " " + insideWord
		said = "// " + text
	}
	s.keep(saying{text: text, note: note, ts: s.speak(said, s.wing.app.net.shared(text+fileEnd))})
	s.did.files.Add(1)
	return nil
}

func (s *shift) replyInWorkspace(ctx context.Context) error {
	s.did.replies.Add(1)
	return s.write(ctx, "reply", s.next(""))
}

func (s *shift) noteInWorkspace(ctx context.Context) error {
	s.did.notes.Add(1)
	return s.write(ctx, "note", s.next(insideWord))
}

func (s *shift) write(ctx context.Context, kind, text string) error {
	var e logEvent
	body := object{"client_id": newID(), "kind": kind, "text": text}
	if err := s.ask(ctx, http.MethodPost, "/api/v1/sessions/"+s.session+"/messages", body, &e); err != nil {
		return err
	}
	s.keep(saying{text: text, note: kind == "note", id: e.ID})
	return nil
}

// ask asks the workspace until it answers. What is asked for once more may be refused, for it may be done.
func (s *shift) ask(ctx context.Context, method, path string, body, out any) error {
	for tried := false; s.siege.gate.wait(ctx); tried = true {
		if tried {
			s.siege.retried()
			pause(ctx, 20*time.Millisecond)
		}
		status, err := s.hand().api.do(ctx, method, path, body, out)
		switch {
		case err != nil:
		case status < 300 || tried && status < 500 && status != http.StatusTooManyRequests:
			return nil
		case status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable:
			return fmt.Errorf("%s %s: status %d", method, path, status)
		default:
			s.siege.refusals.Add(1)
		}
	}
	return ctx.Err()
}

// recent gives the newest thing that the agent whose turn it is has said to the customer, in Slack or in the workspace.
func (s *shift) recent(inSlack bool) *saying {
	for i := len(s.said) - 1; i >= 0 && s.said[i].who == s.now; i-- {
		if w := &s.said[i]; !w.note && !w.gone && inSlack == (w.ts != "") {
			return w
		}
	}
	return nil
}

// shown waits until the workspace shows a message with a text, and gives it.
func (s *shift) shown(ctx context.Context, text string) (found logEvent, err error) {
	err = s.until(ctx, fmt.Sprintf("the workspace does not show %q", text), func() bool {
		before := int64(1 << 40)
		for before > 1 {
			var page struct{ Items []logEvent }
			path := fmt.Sprintf("/api/v1/sessions/%s/messages?limit=100&before_seq=%d", s.session, before)
			if s.hand().api.get(ctx, path, &page) != nil || len(page.Items) == 0 {
				return false
			}
			for _, e := range page.Items {
				if e.Kind == "message" && e.Deleted == "" && e.Text == text {
					found = e
					return true
				}
			}
			before = page.Items[0].Seq
		}
		return false
	})
	return found, err
}

// becomes waits until a message has another text; "" until it is deleted.
func (s *shift) becomes(ctx context.Context, m logEvent, text string) error {
	return s.until(ctx, fmt.Sprintf("%q does not become %q", m.Text, text), func() bool {
		var page struct{ Items []logEvent }
		path := fmt.Sprintf("/api/v1/sessions/%s/messages?limit=1&after_seq=%d", s.session, m.Seq-1)
		if s.hand().api.get(ctx, path, &page) != nil || len(page.Items) == 0 || page.Items[0].ID != m.ID {
			return false
		}
		now := page.Items[0]
		return text == "" && now.Deleted != "" || text != "" && now.Text == text
	})
}

// settle waits until all that was said in Slack is known in the workspace.
func (s *shift) settle(ctx context.Context) error {
	for i := len(s.said) - 1; i >= max(0, len(s.said)-20); i-- {
		if w := s.said[i]; w.ts != "" && !w.gone && w.who == s.now {
			if _, err := s.shown(ctx, w.text); err != nil {
				return err
			}
		}
	}
	return nil
}

// change changes what was said in Slack, once it is known in the workspace, and waits until it has become something else there.
func (s *shift) change(ctx context.Context, w *saying, to, becomes string) error {
	m, err := s.shown(ctx, w.text)
	if err != nil {
		return err
	}
	s.wing.app.revise(w.ts, to)
	return s.becomes(ctx, m, becomes)
}

func (s *shift) editInSlack(ctx context.Context) error {
	w := s.recent(true)
	if w == nil {
		return nil
	}
	text := w.text + " edited"
	if err := s.change(ctx, w, text, text); err != nil {
		return err
	}
	w.text = text
	s.did.slackEdits.Add(1)
	return nil
}

func (s *shift) editInWorkspace(ctx context.Context) error {
	w := s.recent(false)
	if w == nil {
		return nil
	}
	text := w.text + " edited"
	if err := s.ask(ctx, http.MethodPatch, "/api/v1/messages/"+w.id, object{"text": text}, nil); err != nil {
		return err
	}
	w.text = text
	s.did.edits.Add(1)
	return nil
}

// turnIntoNote edits a reply so that it is one for colleagues.
func (s *shift) turnIntoNote(ctx context.Context) error {
	w := s.recent(true)
	if w == nil {
		return nil
	}
	text := w.text + " " + insideWord
	if err := s.change(ctx, w, "// "+text, ""); err != nil {
		return err
	}
	if _, err := s.shown(ctx, text); err != nil {
		return err
	}
	w.text, w.note = text, true
	s.did.turned.Add(1)
	return nil
}

func (s *shift) deleteInSlack(ctx context.Context) error {
	w := s.recent(true)
	if w == nil {
		return nil
	}
	if err := s.change(ctx, w, "", ""); err != nil {
		return err
	}
	w.gone = true
	s.did.slackDeletions.Add(1)
	return nil
}

func (s *shift) deleteInWorkspace(ctx context.Context) error {
	w := s.recent(false)
	if w == nil {
		return nil
	}
	if err := s.ask(ctx, http.MethodDelete, "/api/v1/messages/"+w.id, object{}, nil); err != nil {
		return err
	}
	w.gone = true
	s.did.deletions.Add(1)
	return nil
}

// handOver lets one agent give the session back, and the next take it, each by a button, a word, or in the workspace.
func (s *shift) handOver(ctx context.Context) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	if err := s.hold(ctx, "release", ""); err != nil {
		return err
	}
	s.now = (s.now + 1) % len(s.hands)
	s.did.handed.Add(1)
	if s.fate.below(4) == 0 {
		return nil // who replies first takes it
	}
	return s.hold(ctx, "take", s.hand().name)
}

// hold takes or releases, and waits until the session is with whom it should be.
func (s *shift) hold(ctx context.Context, verb, with string) error {
	way := s.fate.below(3)
	var last time.Time
	return s.until(ctx, fmt.Sprintf("the session is not with %q", with), func() bool {
		var row sessionRow
		if s.hand().api.get(ctx, "/api/v1/sessions/"+s.session, &row) == nil {
			name := ""
			if row.Assignee != nil {
				name = row.Assignee.Name
			}
			if name == with {
				return true
			}
		}
		if time.Since(last) < 5*time.Second { // nobody tells again that a button was pressed
			return false
		}
		last = time.Now()
		switch way {
		case 0:
			s.wing.app.press(s.hand().user, s.root, verb, s.session)
			s.did.pressed.Add(1)
		case 1:
			s.speak("!" + verb)
			s.did.typed.Add(1)
		default:
			_, _ = s.hand().api.do(ctx, http.MethodPost, "/api/v1/sessions/"+s.session+"/"+verb, object{}, nil) // looked after above
		}
		return false
	})
}
