package web

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/core"
	"parley/core/store"
)

// Session is a session's row, as lists and summaries show it.
type Session struct {
	ID              string      `json:"id" example:"ses_1f0xk4q2m9a"`
	Number          int64       `json:"number" doc:"counts the installation's sessions"`
	Department      string      `json:"department" doc:"its id"`
	Channel         ChannelRef  `json:"channel"`
	Customer        Ref         `json:"customer" doc:"the name is empty until somebody tells"`
	State           string      `json:"state" enum:"empty,waiting,pending,active,ended" doc:"empty: the customer has sent without a word"`
	Outcome         string      `json:"outcome" doc:"how it ended; empty while it has not"`
	Assignee        *Ref        `json:"assignee" doc:"who holds it, or held it last; null in the queue"`
	Present         []string    `json:"present" nullable:"false" doc:"ids of the agents who are in it now, in the order of their coming"`
	Version         int64       `json:"version" doc:"changes with state, assignee or department only"`
	LastSeq         int64       `json:"last_seq" doc:"seq of the newest event"`
	Messages        int64       `json:"messages" doc:"what customer and agents said to each other"`
	Unread          int64       `json:"unread" doc:"the customer's messages after read_seq"`
	ReadSeq         int64       `json:"read_seq" doc:"the assignee's read mark; in the queue the newest of any agent"`
	CustomerReadSeq int64       `json:"customer_read_seq" doc:"how far the customer has seen, where the channel tells"`
	Connected       bool        `json:"connected" doc:"an agent has joined at least once"`
	StartedAt       string      `json:"started_at" format:"date-time"`
	EndedAt         *string     `json:"ended_at" format:"date-time"`
	LastAt          string      `json:"last_at" format:"date-time" doc:"newest message, or the start"`
	WaitingSince    *string     `json:"waiting_since" format:"date-time" doc:"the customer waits since then; null when the agent spoke last"`
	Place           *string     `json:"place" format:"date-time" doc:"the queue stands in the order of this: since when the customer waits, ten minutes earlier for each step of priority; null where nobody waits"`
	Queue           *QueuePlace `json:"queue,omitempty" doc:"where it stands, as its customer has it: only where one asks for sessions, for it moves with those before it; missing: nobody waits in it, or 2000 wait before it"`
	FirstReplyAt    *string     `json:"first_reply_at" format:"date-time"`
	Preview         string      `json:"preview" doc:"beginning of the newest message"`
	Priority        string      `json:"priority" enum:"low,normal,high,urgent"`
	Tags            []string    `json:"tags" nullable:"false" doc:"in order"`
	Language        string      `json:"language,omitempty" doc:"the customer's, a tag of BCP 47: as their channel said first, or an agent has; missing: not known"`
	Marks           []string    `json:"marks" nullable:"false" enum:"waiting_maximum,idle_warning,idle_critical,duration_warning,duration_critical,handed_off" doc:"the service thresholds that it has passed; handed_off: it was handed off three times or more, and nobody has answered since"`
	Snoozed         *Snoozed    `json:"snoozed,omitempty" doc:"who holds it has put it aside; missing: they have not"`
	Woken           *Woken      `json:"woken,omitempty" doc:"it was put aside and is back, and nobody has answered since: it stands on top of its holder's list"`
	Aside           string      `json:"aside,omitempty" enum:"after_hours,offline" doc:"of a messenger: begun outside of business hours, or, as an offline message, while the department was closed"`
	Unreachable     string      `json:"unreachable,omitempty" doc:"why nothing arrives at the customer, in a sentence"`
	Rating          *Rating     `json:"rating,omitempty" doc:"what the customer thinks of it, by their last word; missing: they have not said"`
	Blocked         *Blocked    `json:"blocked,omitempty" doc:"how the customer is kept out now, in all their sessions on the channel; missing: they are not"`
}

// TransformSchema says that assignee may be null, which huma cannot say of objects.
func (Session) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	who := s.Properties["assignee"]
	s.Properties["assignee"] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: who.Ref}, {Type: "null"}}, Description: who.Description}
	return s
}

// Blocked says how a customer is kept out.
type Blocked struct {
	By      Ref    `json:"by" doc:"the agent who did it, as they were called then"`
	Since   string `json:"since" format:"date-time"`
	Until   string `json:"until,omitempty" format:"date-time" doc:"missing: for good"`
	Dropped int64  `json:"dropped" doc:"what they have written since: counted, and not kept"`
}

// Rating is what a customer thinks of a session.
type Rating struct {
	Value   string `json:"value" enum:"good,bad" doc:"a thumb up, or down"`
	Comment string `json:"comment,omitempty"`
	Agent   *Ref   `json:"agent,omitempty" doc:"whom the customer had before them then: who held the session, if they had joined, else who had answered last"`
	At      string `json:"at" format:"date-time"`
}

// Snoozed says how a session is put aside. The customer brings it back by writing in either case.
type Snoozed struct {
	Since string `json:"since" format:"date-time"`
	Until string `json:"until,omitempty" format:"date-time" doc:"missing: until the customer writes"`
}

// Woken says what has brought a session back that was put aside.
type Woken struct {
	By string `json:"by" enum:"time,customer,hand" doc:"customer: they wrote"`
	At string `json:"at" format:"date-time"`
}

// QueuePlace is a place in a queue.
type QueuePlace struct {
	Place    int64 `json:"place" doc:"from 1"`
	Of       int64 `json:"of" doc:"how many wait in the department: in its queue, or for who has been assigned to join"`
	Estimate int64 `json:"estimate,omitempty" doc:"seconds that it may take, by how fast the queue was served lately; missing: nobody knows"`
}

// placed gives sessions with where they stand.
func (s *Server) placed(ctx context.Context, rows []store.Summary) ([]Session, error) {
	places, err := s.store.QueuePlaces(ctx, rows, core.At(s.clock()))
	if err != nil {
		return nil, err
	}
	listed := make([]Session, len(rows))
	for i, row := range rows {
		listed[i] = sessionOf(row)
		if at, waits := places[row.ID]; waits {
			listed[i].Queue = &QueuePlace{at.Place, at.Of, int64(at.Estimate.Seconds())}
		}
	}
	return listed, nil
}

// SessionDetail is a session with who is in it.
type SessionDetail struct {
	Session
	Participants  []Participant `json:"participants" nullable:"false"`
	AccountType   string        `json:"account_type,omitempty" doc:"the type of account that its customer is matched with; missing: its department does not offer that now"`
	Account       *Account      `json:"account,omitempty" doc:"the customer's, where that is offered; missing: they have none"`
	AccountSearch string        `json:"account_search,omitempty" enum:"owed,several" doc:"of a customer without an account: owed: it is looked for, as a rule says; several: more than one was found, and an agent has to match the customer"`
}

// Ref names somebody.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ChannelRef names a channel.
type ChannelRef struct {
	ID   string `json:"id"`
	Kind string `json:"kind"`
	Slug string `json:"slug"`
}

// Participant is an agent who is in a session now.
type Participant struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	JoinedAt string `json:"joined_at" format:"date-time"`
	ReadSeq  int64  `json:"read_seq" doc:"how far they have read"`
}

// queuePlace gives where a session stands in the queue, nil if it does not.
func queuePlace(s core.Session) *string {
	if !s.Unassigned() {
		return nil
	}
	return moment(s.Place())
}

func sessionOf(s store.Summary) Session {
	out := Session{
		ID: s.ID.String(), Number: s.Number, Department: s.Department.String(),
		Channel:  ChannelRef{ID: s.Channel.String(), Kind: s.ChannelKind, Slug: s.ChannelSlug},
		Customer: Ref{ID: s.Customer.String(), Name: s.CustomerName},
		State:    string(s.State), Outcome: string(s.Outcome), Present: []string{}, Version: s.Version,
		LastSeq: s.LastSeq, Messages: s.Messages, Unread: s.Unread, ReadSeq: s.ReadSeq, CustomerReadSeq: s.CustomerReadSeq,
		Connected: s.Connected, StartedAt: s.StartedAt.String(), EndedAt: moment(s.EndedAt), LastAt: s.LastAt.String(),
		WaitingSince: moment(s.WaitingSince), Place: queuePlace(s.Session), FirstReplyAt: moment(s.FirstReplyAt), Preview: s.Preview,
		Priority: string(s.Priority), Tags: append([]string{}, s.Tags.List()...), Marks: []string{}, Aside: string(s.Aside), Unreachable: s.Unreachable,
		Language: string(s.Language),
	}
	for _, m := range s.Marks.List() {
		out.Marks = append(out.Marks, string(m))
	}
	for _, agent := range s.Present() {
		out.Present = append(out.Present, agent.String())
	}
	if b := s.Blocked; b.Since != 0 {
		out.Blocked = &Blocked{
			By: Ref{ID: b.Agent.String(), Name: b.Name}, Since: b.Since.String(), Until: b.Until.String(), Dropped: b.Dropped,
		}
	}
	if s.Rating != "" {
		out.Rating = &Rating{Value: string(s.Rating), Comment: s.RatingComment, At: s.RatedAt.String()}
		if s.RatedAgent != 0 {
			out.Rating.Agent = &Ref{ID: s.RatedAgent.String(), Name: s.RatedName}
		}
	}
	if s.Snoozed() {
		out.Snoozed = &Snoozed{Since: s.SnoozedAt.String(), Until: s.SnoozedUntil.String()}
	}
	if s.Woken != "" {
		out.Woken = &Woken{By: string(s.Woken), At: s.WokenAt.String()}
	}
	if s.Assignee != 0 {
		out.Assignee = &Ref{ID: s.Assignee.String(), Name: s.AssigneeName}
	}
	return out
}

// moment is null for never.
func moment(t core.Time) *string {
	if t == 0 {
		return nil
	}
	text := t.String()
	return &text
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next" doc:"what after= continues with; empty at the end"`
}

// List is a list that is short enough to be given whole.
type List[T any] struct {
	Items []T `json:"items" nullable:"false"`
}

type sessionsInput struct {
	State       string `query:"state" doc:"empty, waiting, pending, active, ended, or open for all but ended; several with commas"`
	Department  string `query:"department" doc:"an id"`
	Assignee    string `query:"assignee" doc:"me, none, or an agent's id"`
	Participant string `query:"participant" enum:"me" doc:"sessions that one has joined at some time"`
	Customer    string `query:"customer" doc:"an id; not together with assignee or participant"`
	Q           string `query:"q" doc:"words of the customer's name, the last one perhaps only begun, or the session's number: only sessions of such names, newest first; not together with participant or customer"`
	Limit       int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	After       string `query:"after" doc:"a page's next"`
}

type sessionsOutput struct{ Body Page[Session] }

func (s *Server) sessions(ctx context.Context, in *sessionsInput) (*sessionsOutput, error) {
	actor := callerOf(ctx).actor
	filter, some, err := in.filter(actor)
	if err != nil {
		return nil, err
	}
	out := &sessionsOutput{Page[Session]{Items: []Session{}}}
	if !some {
		return out, nil
	}
	if in.Q != "" {
		return s.called(ctx, in, filter)
	}
	page, err := s.store.Sessions(ctx, actor.Scope(), filter, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out.Body.Next = page.Next
	out.Body.Items, err = s.placed(ctx, page.Items)
	return out, err
}

var openStates = slices.DeleteFunc(slices.Clone(core.States), func(s core.State) bool { return s == core.Over })

// statesOf reads a list of states; none are all.
func statesOf(text string) (states []core.State, err error) {
	if text == "" {
		return nil, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		state := core.State(name)
		switch {
		case name == "open":
			states = append(states, openStates...)
		case slices.Contains(core.States, state):
			states = append(states, state)
		default:
			return nil, refuse("state", "must be of empty, waiting, pending, active, ended and open")
		}
	}
	slices.Sort(states)
	return slices.Compact(states), nil
}

// filter reads the query. some is false when it asks for what cannot be: sessions that nobody holds, but active ones.
func (in *sessionsInput) filter(actor core.Actor) (f store.SessionFilter, some bool, err error) {
	if f.State, err = statesOf(in.State); err != nil {
		return f, false, err
	}
	if in.Department != "" {
		if f.Department, err = idOf("department", in.Department, core.ParseID[core.DepartmentID]); err != nil {
			return f, false, err
		}
	}
	if in.Customer != "" {
		if in.Assignee != "" || in.Participant != "" {
			return f, false, refuse("customer", "cannot be asked for together with assignee or participant")
		}
		if f.Customer, err = idOf("customer", in.Customer, core.ParseID[core.CustomerID]); err != nil {
			return f, false, err
		}
	}
	if in.Q != "" && (in.Participant != "" || in.Customer != "") {
		return f, false, refuse("q", "cannot be asked for together with participant or customer")
	}
	if in.Participant == "me" {
		f.Participant = actor.Agent.ID
	}
	switch in.Assignee {
	case "":
	case "me":
		f.Assignee = actor.Agent.ID
	case "none":
		if len(f.State) > 0 && !slices.Contains(f.State, core.Waiting) {
			return f, false, nil
		}
		f.State = []core.State{core.Waiting}
	default:
		if f.Assignee, err = idOf("assignee", in.Assignee, core.ParseID[core.AgentID]); err != nil {
			return f, false, err
		}
	}
	return f, true, nil
}

// OnSession is the part of a request that names its session.
type OnSession struct {
	ID string `path:"id" doc:"the session's id"`
}

func (in OnSession) id() (core.SessionID, error) { return core.ParseID[core.SessionID](in.ID) }

type sessionOutput struct{ Body SessionDetail }

func (s *Server) session(ctx context.Context, in *struct{ OnSession }) (*sessionOutput, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	scope := callerOf(ctx).actor.Scope()
	row, err := s.store.Session(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	parts, err := s.store.Participants(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	listed, err := s.placed(ctx, []store.Summary{row})
	if err != nil {
		return nil, err
	}
	out := &sessionOutput{SessionDetail{Session: listed[0], Participants: []Participant{}}}
	for _, p := range parts {
		if p.Present() {
			out.Body.Participants = append(out.Body.Participants, Participant{
				ID: p.Agent.String(), Name: p.Name, JoinedAt: p.JoinedAt.String(), ReadSeq: p.ReadSeq,
			})
		}
	}
	t, account, err := s.accountIn(ctx, row)
	if err != nil {
		return nil, err
	}
	if out.Body.AccountType = t.ID.String(); account != nil {
		now := accountOf(*account)
		out.Body.Account = &now
	} else if t.ID != 0 {
		out.Body.AccountSearch, err = s.accountSearch(ctx, row.Customer, t)
	}
	return out, err
}
