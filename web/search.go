package web

import (
	"context"
	"slices"
	"time"

	"parley/core"
	"parley/core/search"
	"parley/core/store"
)

// Found is a session, or a message of one, that was looked for.
type Found struct {
	Session Session `json:"session"`
	Message *Event  `json:"message,omitempty" doc:"what was said; missing where names were looked for"`
	Snippet Snippet `json:"snippet"`
}

// Snippet is a piece of a text as it was written, to be shown as text.
type Snippet struct {
	Text  string `json:"text" doc:"of a name: the name and, on a line of its own, the session's number; of a message: of what was said and the names of its files, a line each"`
	Marks []Mark `json:"marks" nullable:"false" doc:"the places that were looked for, in order"`
	Begun bool   `json:"begun" doc:"there is text before it"`
	Cut   bool   `json:"cut" doc:"there is text after it"`
}

// Mark is a place in a snippet. Offset and length count Unicode code points, as those of entities.
type Mark struct {
	Offset int `json:"offset"`
	Length int `json:"length"`
}

// FoundPage is a part of what was found.
type FoundPage struct {
	Items  []Found `json:"items" nullable:"false"`
	Next   string  `json:"next" doc:"what after= continues with, also where a page has less than it might; empty at the end"`
	Behind bool    `json:"behind" doc:"what was said last may be missing: the index lies more than two seconds behind"`
}

type searchInput struct {
	Q          string    `query:"q" doc:"words, in any order; of the last its beginning is enough. No sign is an operator. Of names it may be empty, to find all"`
	In         string    `query:"in" enum:"names,messages,session" default:"names" doc:"names: of customers, and numbers of sessions; messages: notes and names of files too; session: the messages of one"`
	Session    string    `query:"session" doc:"of in=session: its id"`
	State      string    `query:"state" doc:"waiting, pending, active, ended, or open for all but ended; several with commas"`
	Outcome    string    `query:"outcome" maxLength:"50" doc:"how it ended"`
	Rating     string    `query:"rating" enum:"good,bad" doc:"what the customer thinks of it"`
	Agent      string    `query:"agent" doc:"me, or an agent's id: who holds or held it, or has ever joined it"`
	Department string    `query:"department" doc:"an id"`
	Channel    string    `query:"channel" doc:"an id"`
	Tag        string    `query:"tag" maxLength:"50"`
	From       time.Time `query:"from" doc:"sessions that began then or later"`
	To         time.Time `query:"to" doc:"sessions that began before"`
	Order      string    `query:"order" enum:"newest,oldest" default:"newest"`
	Limit      int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
	After      string    `query:"after" doc:"a page's next"`
}

type searchOutput struct{ Body FoundPage }

func (s *Server) search(ctx context.Context, in *searchInput) (*searchOutput, error) {
	actor := callerOf(ctx).actor
	q, err := in.query(actor)
	if err != nil {
		return nil, err
	}
	page, err := s.finder.Find(ctx, actor.Scope(), q)
	if err != nil {
		return nil, err
	}
	if err := s.hub.NoteReading(ctx, actor, spoken(page.Items)...); err != nil {
		return nil, err
	}
	out := &searchOutput{FoundPage{Items: []Found{}, Next: page.Next, Behind: page.Behind}}
	for _, f := range page.Items {
		item := Found{Session: sessionOf(f.Session), Snippet: Snippet{Text: f.Snippet.Text, Marks: []Mark{}, Begun: f.Snippet.Begun, Cut: f.Snippet.Cut}}
		if f.Message.ID != 0 {
			e := eventOf(f.Message, "")
			item.Message = &e
		}
		for _, m := range f.Snippet.Marks {
			item.Snippet.Marks = append(item.Snippet.Marks, Mark(m))
		}
		out.Body.Items = append(out.Body.Items, item)
	}
	return out, nil
}

// spoken gives the sessions of whose transcripts something is in what was found: names are in lists too.
func spoken(found []search.Found) (sessions []core.SessionID) {
	for _, f := range found {
		if f.Message.ID != 0 && !slices.Contains(sessions, f.Session.ID) {
			sessions = append(sessions, f.Session.ID)
		}
	}
	return sessions
}

// query reads what is looked for.
func (in *searchInput) query(actor core.Actor) (q search.Query, err error) {
	q = search.Query{Text: in.Q, In: search.In(in.In), Oldest: in.Order == "oldest", After: in.After, Limit: in.Limit}
	if (q.In == search.Within) != (in.Session != "") {
		return q, refuse("session", "is asked for with in=session, and only with that")
	}
	if q.State, err = statesOf(in.State); err != nil {
		return q, err
	}
	if q.Agent = actor.Agent.ID; in.Agent != "me" {
		q.Agent, err = optional("agent", in.Agent, core.ParseID[core.AgentID], err)
	}
	q.Session, err = optional("session", in.Session, core.ParseID[core.SessionID], err)
	q.Department, err = optional("department", in.Department, core.ParseID[core.DepartmentID], err)
	q.Channel, err = optional("channel", in.Channel, core.ParseID[core.ChannelID], err)
	q.From, q.To, q.Outcome, q.Rating, q.Tag = core.At(in.From), core.At(in.To), core.Outcome(in.Outcome), core.Rating(in.Rating), in.Tag
	return q, err
}

// optional reads a part of a query that may be missing, unless another was wrong already.
func optional[T any](field, text string, parse func(string) (T, error), before error) (v T, err error) {
	if text == "" || before != nil {
		return v, before
	}
	return idOf(field, text, parse)
}

// called gives the page of a list whose sessions are to have a name or number.
func (s *Server) called(ctx context.Context, in *sessionsInput, f store.SessionFilter) (*sessionsOutput, error) {
	page, err := s.finder.Find(ctx, callerOf(ctx).actor.Scope(), search.Query{
		Text: in.Q, In: search.Names, After: in.After, Limit: in.Limit,
		Filter: search.Filter{State: f.State, Department: f.Department, Assignee: f.Assignee},
	})
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{Page[Session]{Next: page.Next}}
	rows := make([]store.Summary, len(page.Items))
	for i, found := range page.Items {
		rows[i] = found.Session
	}
	out.Body.Items, err = s.placed(ctx, rows)
	return out, err
}
