package main

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/core"
)

// truth is all that is there in the end, on every side.
type truth struct {
	record
	kills     []time.Time
	uncertain int64 // messages of which nobody knows whether they have arrived
	seen      int64 // messages that were looked at, on all sides together
	shown     counts
	threads   counts
	stored    counts
}

// base is what stays of a text however it is edited: who says it, and which it is.
func base(text string) string {
	words := strings.Fields(text)
	return strings.Join(words[:min(2, len(words))], " ")
}

// alive gives the messages that stand in a session, as they are now.
func alive(events []logEvent, which func(logEvent) bool) []logEvent {
	return slices.DeleteFunc(slices.Clone(events), func(e logEvent) bool { return e.Kind != "message" || e.Deleted != "" || !which(e) })
}

func texts(events []logEvent) []string {
	all := make([]string, len(events))
	for i, e := range events {
		all[i] = e.Text
	}
	return all
}

func byAgent(e logEvent) bool    { return e.Actor.Kind == "agent" }
func byCustomer(e logEvent) bool { return e.Actor.Kind == "customer" }

// customer compares what a customer has said and was shown with what the workspace shows. w is the agents' work for them.
func (t *truth) customer(s *siege, w *shift, c correspondent) {
	events := t.events[w.session]
	said := c.told()
	t.stored.add(s.hold(c.label(), "has", said, texts(alive(events, byCustomer))))
	blind := map[string]bool{}
	var want []string
	for _, e := range events {
		if e.Kind != "message" || !byAgent(e) || e.Audience != "everyone" {
			continue
		}
		switch {
		case e.State == string(core.MaySent):
			if t.uncertain++; e.Deleted != "" { // its text is not told any more
				w.gone(blind)
			} else if blind[base(e.Text)] = true; !c.mayMiss(base(e.Text), t.kills) && (len(t.kills) == 0 || !strings.Contains(e.Text, fileWord)) {
				s.fail("%q is uncertain, though its sender was told what came of it", e.Text)
			}
		case e.Deleted != "":
		case e.State != string(core.Sent) && e.State != "":
			s.fail("%q is %s in the end", e.Text, e.State)
		default:
			want = append(want, e.Text)
		}
	}
	var got []string
	once := map[string]int{}
	for _, text := range c.sees() {
		if isInside(text) {
			s.fail("%s was shown a note: %q", c.label(), text)
		}
		if !blind[base(text)] {
			got = append(got, text)
		} else if once[base(text)]++; once[base(text)] > 1 {
			s.fail("%s was shown what is uncertain more than once: %q", c.label(), text)
		}
	}
	t.shown.add(s.hold(c.label(), "is shown", want, got))
	t.seen += int64(len(said) + len(want))
}

// gone adds what the agents have taken back.
func (w *shift) gone(to map[string]bool) {
	for _, said := range w.said {
		if said.gone || said.note {
			to[base(said.text)] = true
		}
	}
}

// work compares what agents have done in a session with what the workspace shows, and with its thread in Slack.
func (t *truth) work(s *siege, w *shift) {
	var inSlack, elsewhere, all []string
	typed := map[string]bool{}
	for _, said := range w.said {
		if said.ts != "" {
			typed[base(said.text)] = true
		}
		if said.gone {
			continue
		}
		all = append(all, worded(said.text, said.note))
		if said.ts != "" {
			inSlack = append(inSlack, worded(said.text, said.note))
		} else {
			elsewhere = append(elsewhere, worded(said.text, said.note))
		}
	}
	var shown, told, copied []string
	for _, e := range alive(t.events[w.session], func(logEvent) bool { return true }) {
		mine := byAgent(e)
		text := worded(e.Text, e.Audience == "agents")
		if mine {
			shown = append(shown, text)
		}
		if mine && typed[base(e.Text)] {
			continue
		}
		if mine {
			told = append(told, text)
		}
		copied = append(copied, text)
	}
	t.stored.add(s.hold("the agents of "+w.label, "have", sorted(all), sorted(shown)))
	t.stored.add(s.hold("the agents of "+w.label, "have in the workspace", elsewhere, told))
	people, copies := w.thread(s)
	t.threads.add(s.hold("the thread of "+w.label, "has of people", sorted(inSlack), sorted(people)))
	t.threads.add(s.hold("the thread of "+w.label, "has of others", copied, copies))
	t.seen += int64(len(all) + len(people) + len(copies))
}

// worded words a message, so that a note is never taken for what is none.
func worded(text string, note bool) string {
	if note {
		return text + " (note)"
	}
	return text
}

func sorted(lines []string) []string { return slices.Sorted(slices.Values(lines)) }

// thread gives what stands in the session's thread: what people have written there, but for words to the app, and what the app shows of
// others.
func (w *shift) thread(s *siege) (people, copies []string) {
	net := w.wing.app.net
	if cards := net.cards(w.wing.app.room, w.session); len(cards) != 1 {
		s.fail("%s has %d cards in Slack", w.label, len(cards))
	}
	for _, p := range net.thread(w.root) {
		text, note := strings.CutPrefix(p.text, "// ")
		switch {
		case p.app == "" && !strings.HasPrefix(p.text, "!"):
			people = append(people, worded(text, note))
		case p.app != "" && !strings.HasPrefix(p.text, "Perhaps not delivered"): // what is uncertain is told there
			text, note := strings.CutPrefix(p.text, "🔒 ")
			copies = append(copies, worded(text, note))
		}
	}
	return people, copies
}

const selectMessages = `SELECT session, seq, audience, text, deleted_at FROM log WHERE kind = 'message' ORDER BY session, seq`

// database compares what the database holds with what the workspace shows.
func (t *truth) database(ctx context.Context, s *siege, db *sql.DB) error {
	stored := map[string][]string{}
	rows, err := db.QueryContext(ctx, selectMessages)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var session core.SessionID
		var seq, deleted int64
		var audience, text string
		if err := rows.Scan(&session, &seq, &audience, &text, &deleted); err != nil {
			return err
		}
		if deleted != 0 {
			text = ""
		}
		stored[session.String()] = append(stored[session.String()], fmt.Sprintf("%d %s %v %s", seq, audience, deleted != 0, text))
	}
	for _, row := range t.sessions {
		var shown []string
		for _, e := range t.events[row.ID] {
			if e.Kind == "message" {
				shown = append(shown, fmt.Sprintf("%d %s %v %s", e.Seq, e.Audience, e.Deleted != "", e.Text))
			}
		}
		t.stored.add(s.hold(fmt.Sprintf("session %d", row.Number), "holds in the database", shown, stored[row.ID]))
	}
	return rows.Err()
}

// owed gives how much is still to be sent, and how much was put aside.
func owed(ctx context.Context, db *sql.DB) (deliveries, parked int, err error) {
	if err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM deliveries`).Scan(&deliveries); err == nil {
		err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM parked`).Scan(&parked)
	}
	return deliveries, parked, err
}

// stream compares what an agent's screen was told with what there is: each event once, in its order.
func (t *truth) stream(s *siege, w *watcher) {
	ids := func(events []logEvent) []string {
		all := make([]string, len(events))
		for i, e := range events {
			all[i] = fmt.Sprintf("%s %d %s %s", e.ID, e.Seq, e.Kind, e.Audience)
		}
		return all
	}
	for _, session := range w.sessions {
		t.shown.add(s.hold("the agent's stream of "+session, "shows", ids(t.events[session]), ids(w.events(session))))
	}
}
