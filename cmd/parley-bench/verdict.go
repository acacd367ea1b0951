package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// record is what the program has in the end, as the API tells it.
type record struct {
	sessions []sessionRow // by number
	events   map[string][]logEvent
}

func readRecord(ctx context.Context, api *agentAPI) (record, error) {
	r := record{events: map[string][]logEvent{}}
	rows, err := api.sessions(ctx)
	if err != nil {
		return r, err
	}
	slices.SortFunc(rows, func(a, b sessionRow) int { return int(a.Number - b.Number) })
	r.sessions = rows
	for _, s := range rows {
		if r.events[s.ID], err = api.events(ctx, s.ID, 0); err != nil {
			return r, err
		}
	}
	return r, nil
}

// author is the name that begins a text.
func author(text string) string {
	name, _, _ := strings.Cut(text, " ")
	return name
}

// sessionsOf gives, in order, the sessions in which the customer wrote.
func (r record) sessionsOf(customer string) []string {
	var ids []string
	for _, s := range r.sessions {
		for _, e := range r.events[s.ID] {
			if e.Kind == "message" && e.Actor.Kind == "customer" && author(e.Text) == customer {
				ids = append(ids, s.ID)
				break
			}
		}
	}
	return ids
}

// conversation words what the customer's screen should show.
func (r record) conversation(customer string) []string {
	var c caption
	var lines []string
	for _, id := range r.sessionsOf(customer) {
		for _, e := range r.events[id] {
			if e.Audience == "everyone" {
				lines = append(lines, c.of(e.Kind, e.Text))
			}
		}
	}
	return lines
}

// said gives what an author said in a session, in order; of a customer also that they ended it.
func (r record) said(session, name, kind string) []utterance {
	var all []utterance
	for _, e := range r.events[session] {
		switch {
		case e.Kind == "message" && e.Actor.Kind == kind && author(e.Text) == name:
			all = append(all, utterance{ID: e.ClientID, Text: e.Text, Note: e.Audience == "agents"})
		case e.Kind == "ended" && e.Actor.Kind == kind:
			all = append(all, utterance{})
		}
	}
	return all
}

// counts of a comparison. All must be zero.
type counts struct{ lost, doubled, disordered, unknown int }

func (c *counts) add(d counts) {
	c.lost += d.lost
	c.doubled += d.doubled
	c.disordered += d.disordered
	c.unknown += d.unknown
}

// compareLines says how got differs from want, whose words are all different.
func compareLines(want, got []string) counts {
	var c counts
	place := make(map[string]int, len(want))
	for i, w := range want {
		place[w] = i
	}
	seen := make(map[string]bool, len(got))
	last := -1
	for _, g := range got {
		at, known := place[g]
		switch {
		case !known:
			c.unknown++
		case seen[g]:
			c.doubled++
		case at < last:
			c.disordered++
		}
		seen[g] = true
		if known {
			last = at
		}
	}
	for _, w := range want {
		if !seen[w] {
			c.lost++
		}
	}
	return c
}

// words writes utterances as lines, ends numbered; with their ids, so that one message under two ids is noticed.
func words(all []utterance) []string {
	lines := make([]string, len(all))
	ends := 0
	for i, u := range all {
		if lines[i] = fmt.Sprintf("%s %s %v", u.ID, u.Text, u.Note); u.Text == "" {
			ends++
			lines[i] = "end " + strconv.Itoa(ends)
		}
	}
	return lines
}

// verdict compares what everybody was told with what is there.
func (s *siege) verdict(r record, customers []*customer, operators []*operator, tab *customer, w *watcher) (stored, shown, streamed counts) {
	told := 0
	for _, c := range customers {
		var there []utterance
		for _, id := range r.sessionsOf(c.name) {
			there = append(there, r.said(id, c.name, "customer")...)
		}
		stored.add(s.hold(c.name, "has", words(c.said), words(there)))
		shown.add(s.hold(c.name, "shows", r.conversation(c.name), c.screen.lines()))
		told += len(c.said)
	}
	shown.add(s.hold(tab.name+"'s other tab", "shows", r.conversation(tab.name), tab.screen.lines()))
	for _, o := range operators {
		for _, row := range r.sessions {
			stored.add(s.hold(o.name, "has", words(o.said[row.ID]), words(r.said(row.ID, o.name, "agent"))))
			told += len(o.said[row.ID])
		}
	}
	for _, session := range w.sessions {
		streamed.add(s.hold("the agent's stream of "+session, "shows", rows(r.events[session]), rows(w.events(session))))
	}
	s.dense(r, told)
	return stored, shown, streamed
}

// hold compares two lists of lines, and notes a difference in words.
func (s *siege) hold(who, verb string, want, got []string) counts {
	c := compareLines(want, got)
	if c != (counts{}) {
		wanted, had := parting(want, got)
		s.fail("%s %s %d of %d: %d missing, %d twice, %d out of order, %d that should not be there; first %.80q where %.80q should be",
			who, verb, len(got), len(want), c.lost, c.doubled, c.disordered, c.unknown, had, wanted)
	}
	return c
}

// parting is where two lists begin to differ.
func parting(want, got []string) (wanted, had string) {
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	if i < len(want) {
		wanted = want[i]
	}
	if i < len(got) {
		had = got[i]
	}
	return wanted, had
}

func rows(events []logEvent) []string {
	lines := make([]string, len(events))
	for i, e := range events {
		lines[i] = fmt.Sprintf("%s %d %s %s %s %s", e.ID, e.Seq, e.Kind, e.Audience, e.Text, e.ClientID)
	}
	return lines
}

// dense looks at each session's numbers, and at the number of all that was said.
func (s *siege) dense(r record, told int) {
	there := 0
	for _, row := range r.sessions {
		for i, e := range r.events[row.ID] {
			if e.Seq != int64(i)+1 {
				s.fail("session %d has seq %d in place %d", row.Number, e.Seq, i+1)
				break
			}
			if (e.Kind == "message" || e.Kind == "ended") && e.Actor.Kind != "system" {
				there++
			}
		}
		if n := int64(len(r.events[row.ID])); n != row.LastSeq {
			s.fail("session %d has %d events and says that it has %d", row.Number, n, row.LastSeq)
		}
	}
	if there != told {
		s.fail("%d messages and ends were acknowledged, and %d are there", told, there)
	}
}

// settle waits until all screens have caught up with the record, or for twenty seconds: what is missing then stays missing.
func settle(ctx context.Context, r record, customers []*customer, tab *customer, w *watcher) {
	all := append(slices.Clone(customers), tab)
	wanted := make([]int, len(all))
	for i, c := range all {
		wanted[i] = len(r.conversation(c.name))
	}
	behind := func() bool {
		for i, c := range all {
			if c.screen.length() < wanted[i] {
				return true
			}
		}
		return slices.ContainsFunc(w.sessions, func(id string) bool { return len(w.events(id)) < len(r.events[id]) })
	}
	for until := time.Now().Add(waitTime); behind() && time.Now().Before(until); {
		pause(ctx, 20*time.Millisecond)
	}
}
