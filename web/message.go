package web

import (
	"context"
	"net/http"

	"parley/core"
)

// Event is one row of a session's log, as the API and the stream show it.
type Event struct {
	ID       string `json:"id" example:"msg_5k"`
	Seq      int64  `json:"seq" doc:"dense within the session, from 1"`
	Kind     string `json:"kind" doc:"started, empty, message, taken, assigned, released, handed_off, transferred, joined, left, ended, prioritised, tagged, language, snoozed, woken, blocked, unblocked, record_created, record_changed, account_matched, account_unmatched, rated, edited, deleted, reacted, delivery, file, lost, found; others may come"`
	At       string `json:"at" format:"date-time"`
	Session  string `json:"session"`
	Audience string `json:"audience" enum:"everyone,agents" doc:"agents: a note"`
	Actor    Who    `json:"actor"`
	Target   *Ref   `json:"target,omitempty" doc:"the agent it was done to; of rated whom the customer had before them"`
	Outcome  string `json:"outcome,omitempty" doc:"of ended"`
	Text     string `json:"text,omitempty" doc:"of message, as it stands; of edited, as it was then; of reacted the emoji, empty when taken back; of rated the comment"`
	About    string `json:"about,omitempty" doc:"the message that it answers, edits, delivers and so on; of rated one of the session"`

	Entities  []Entity   `json:"entities,omitempty" doc:"marks on parts of the text"`
	Media     []Media    `json:"media,omitempty" doc:"of message: what came with it, as it stands; of delivery the same, as it is then; of file: the one that is ready or refused now"`
	Reactions []Reaction `json:"reactions,omitempty" doc:"of message, as it stands"`

	From     *Ref     `json:"from,omitempty" doc:"of transferred: the department that it left, as it was called then"`
	To       *Ref     `json:"to,omitempty" doc:"of transferred: the department where it waits now"`
	Mark     string   `json:"mark,omitempty" enum:"waiting_maximum,idle_warning,idle_critical,duration_warning,duration_critical,handed_off" doc:"of marked: the service threshold that the session has passed"`
	Lapse    string   `json:"lapse,omitempty" enum:"no_first_response,no_follow_up,absent,bot_asked,bot_silent,bot_off" doc:"of handed_off: why the session was taken from the target; by bot_… it goes from the bot with which it began to people"`
	Priority string   `json:"priority,omitempty" enum:"low,normal,high,urgent" doc:"of prioritised"`
	Added    []string `json:"added,omitempty" nullable:"false" doc:"of tagged: the tags that came"`
	Language string   `json:"language,omitempty" doc:"of language: what the customer speaks"`
	Removed  []string `json:"removed,omitempty" nullable:"false" doc:"of tagged: the tags that went"`

	Rating string `json:"rating,omitempty" enum:"good,bad" doc:"of rated; missing: taken back"`

	Until string `json:"until,omitempty" format:"date-time" doc:"of blocked, where it may be missing: for good; of snoozed, where it may be missing: until the customer writes"`
	Woken string `json:"woken,omitempty" enum:"time,customer,hand" doc:"of woken: what has brought it back"`

	Record *RecordMark `json:"record,omitempty" doc:"of record_created, record_changed, account_matched and account_unmatched: the record, as it was then"`

	State     string `json:"state,omitempty" enum:"queued,sent,uncertain,failed,dropped" doc:"of message: how far it is on its way, as it stands; of delivery: what it became"`
	Reason    string `json:"reason,omitempty" doc:"a sentence for people: of a state, a deletion, a loss"`
	EditedAt  string `json:"edited_at,omitempty" format:"date-time"`
	DeletedAt string `json:"deleted_at,omitempty" format:"date-time" doc:"of message: it was taken back, and its text is not shown"`

	ClientID string `json:"client_id,omitempty" doc:"of message: the key that its sender gave"`
}

// RecordMark is a record as an event tells of it.
type RecordMark struct {
	ID      string `json:"id"`
	Type    string `json:"type" doc:"its type's name"`
	Title   string `json:"title"`
	State   string `json:"state" enum:"owed,kept,parked"`
	Reason  string `json:"reason,omitempty" doc:"a sentence for people: of state"`
	Address string `json:"address,omitempty" doc:"where people see it at its provider"`
	Edited  bool   `json:"edited,omitempty" doc:"of record_changed: the actor has given it other values"`
	Account bool   `json:"account,omitempty" doc:"it is who the session's customer is, or was: they were registered where it is created"`
	Rule    string `json:"rule,omitempty" doc:"what the rule was called that has created it"`
}

// Entity marks a part of a text. Offset and length count Unicode code points.
type Entity struct {
	Kind     string `json:"kind" enum:"bold,italic,underline,strike,spoiler,code,pre,quote,link"`
	Offset   int    `json:"offset" minimum:"0"`
	Length   int    `json:"length" minimum:"1"`
	URL      string `json:"url,omitempty" doc:"of a link: http, https, mailto or tel"`
	Language string `json:"language,omitempty" doc:"of a pre"`
}

// Media is something that came with a message. Without a file it is what the network said of it.
type Media struct {
	Kind string `json:"kind" doc:"photo, video, voice, audio, file, sticker, location, contact, other"`
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty" doc:"media type: by content once the file is ready"`
	Size int64  `json:"size,omitempty" doc:"bytes"`

	File   string `json:"file,omitempty" doc:"its bytes, where Parley keeps them"`
	State  string `json:"state,omitempty" enum:"pending,ready,refused" doc:"how far they have come to Parley"`
	Sent   string `json:"sent,omitempty" enum:"queued,sent,uncertain,failed,dropped" doc:"of an agent's: how far it is on its way to the customer"`
	Reason string `json:"reason,omitempty" doc:"a sentence for people: of state, of sent"`
	URL    string `json:"url,omitempty" doc:"of a file that is ready: where its bytes are"`
}

// Reaction is what one side shows on a message.
type Reaction struct {
	By    string `json:"by" enum:"customer,agent"`
	Emoji string `json:"emoji"`
}

// Who did something.
type Who struct {
	Kind string `json:"kind" enum:"customer,agent,system"`
	ID   string `json:"id,omitempty" doc:"of an agent"`
	Name string `json:"name,omitempty" doc:"an agent's public name then"`
}

// eventOf makes an event for the wire. target is the name of who it was done to.
func eventOf(e core.Event, target string) Event {
	out := Event{
		ID: e.ID.String(), Seq: e.Seq, Kind: string(e.Kind), At: e.At.String(), Session: e.Session.String(), Audience: string(e.Audience),
		Actor: Who{Kind: string(e.ActorKind), ID: e.Agent().String(), Name: e.Name}, Outcome: string(e.Outcome), Text: e.Text,
	}
	out.About, out.State, out.Reason = e.About.String(), string(e.State), e.Reason
	out.EditedAt, out.DeletedAt = e.EditedAt.String(), e.DeletedAt.String()
	if e.Kind == core.EventMessage {
		out.ClientID = e.ClientID()
	}
	if e.DeletedAt != 0 {
		out.Text = ""
	} else {
		out.dress(e.Data)
	}
	if e.Kind == core.EventMarked {
		out.Mark, out.Text = e.Text, ""
	}
	if e.Kind == core.EventWoken {
		out.Woken, out.Text = e.Text, ""
	}
	if e.Kind == core.EventHandedOff {
		out.Lapse, out.Text = e.Text, ""
	}
	if e.Kind == core.EventPrioritised {
		out.Priority, out.Text = e.Text, ""
	}
	if e.Kind == core.EventLanguage {
		out.Language, out.Text = e.Text, ""
	}
	if e.Kind == core.EventTransferred {
		x, _ := core.ParseExtra(e.Data)
		out.From, out.To = &Ref{e.Former.String(), x.From}, &Ref{e.Department.String(), x.To}
	}
	if e.Target != 0 {
		out.Target = &Ref{ID: e.Target.String(), Name: target}
	}
	return out
}

// dress adds what an event has besides its text. What cannot be read is our bug, and not worth the message.
func (e *Event) dress(data string) {
	x, _ := core.ParseExtra(data)
	for _, n := range x.Entities {
		e.Entities = append(e.Entities, Entity{Kind: string(n.Kind), Offset: n.Offset, Length: n.Length, URL: n.URL, Language: n.Language})
	}
	for _, m := range x.Media {
		e.Media = append(e.Media, mediaOf(m))
	}
	e.Added, e.Removed, e.Until, e.Rating = x.Added, x.Removed, x.Until.String(), string(x.Rating)
	if m := x.Record; m != nil {
		e.Record = &RecordMark{m.ID.String(), m.Type, m.Title, string(m.State), m.Reason, m.Address, m.Edited, m.Account, m.Rule}
	}
	for _, r := range x.Reactions {
		e.Reactions = append(e.Reactions, Reaction{By: string(r.By), Emoji: r.Emoji})
	}
}

func mediaOf(m core.Media) Media {
	out := Media{
		Kind: m.Kind, Name: m.Name, Type: m.Type, Size: m.Size, File: m.File.String(), State: string(m.State), Sent: string(m.Sent), Reason: m.Reason,
	}
	if m.State == core.FileReady {
		out.URL = filesPath + out.File
	}
	return out
}

func entitiesOf(all []Entity) []core.Entity {
	var out []core.Entity
	for _, e := range all {
		out = append(out, core.Entity{Kind: core.EntityKind(e.Kind), Offset: e.Offset, Length: e.Length, URL: e.URL, Language: e.Language})
	}
	return out
}

type messagesInput struct {
	OnSession
	Before int64 `query:"before_seq" minimum:"0" doc:"the newest before this seq"`
	After  int64 `query:"after_seq" minimum:"0" doc:"those that follow this seq"`
	Limit  int   `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// EventPage is a part of a session's events.
type EventPage struct {
	Items []Event `json:"items" nullable:"false"`
	More  bool    `json:"more" doc:"there are more in the direction asked for"`
}

type messagesOutput struct{ Body EventPage }

func (s *Server) messages(ctx context.Context, in *messagesInput) (*messagesOutput, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	if in.Before > 0 && in.After > 0 {
		return nil, refuse("before_seq", "cannot be asked for together with after_seq")
	}
	if err := s.hub.NoteReading(ctx, callerOf(ctx).actor, id); err != nil {
		return nil, err
	}
	events, more, err := s.store.Messages(ctx, callerOf(ctx).actor.Scope(), id, in.Before, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &messagesOutput{EventPage{Items: make([]Event, 0, len(events)), More: more}}
	for _, e := range events {
		name, err := s.names.of(ctx, e.Target)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, eventOf(e, name))
	}
	return out, nil
}

// Message is what an agent says.
type Message struct {
	ClientID string `json:"client_id" doc:"the client's own key for this message, best a UUIDv7: the same again is the same message"`
	Kind     string `json:"kind" enum:"reply,note" doc:"reply: to the customer; note: for agents only"`
	Text     string `json:"text,omitempty" doc:"at most 65,536 bytes of UTF-8 without NUL; may be missing where there are attachments"`

	Attachments []string `json:"attachments,omitempty" maxItems:"20" nullable:"false" doc:"files that one has brought and not said yet, in their order"`
	Entities    []Entity `json:"entities,omitempty" doc:"of a reply: marks on parts of the text, at most 200"`
	ReplyTo     string   `json:"reply_to,omitempty" doc:"of a reply: the message of the session that it answers"`
}

type sayInput struct {
	OnSession
	Body Message
}

type sayOutput struct {
	Status int
	Body   Event
}

// say is 201 for a new message, and 200 with the first answer for one that was there.
func (s *Server) say(ctx context.Context, in *sayInput) (*sayOutput, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	if err := core.CheckDedupe("client_id", in.Body.ClientID); err != nil {
		return nil, err
	}
	media, err := attached(in.Body.Attachments)
	if err != nil {
		return nil, err
	}
	say := core.Say{Session: id, Text: in.Body.Text, Entities: entitiesOf(in.Body.Entities), Media: media}
	if in.Body.ReplyTo != "" {
		if say.ReplyTo, err = idOf("reply_to", in.Body.ReplyTo, core.ParseID[core.EventID]); err != nil {
			return nil, err
		}
	}
	var d core.Deed = say
	if in.Body.Kind == "note" {
		if len(say.Entities) > 0 || say.ReplyTo != 0 {
			return nil, refuse("kind", "a note has neither entities nor reply_to")
		}
		d = core.Note{Session: id, Text: in.Body.Text, Media: media}
	}
	done, err := s.do(ctx, d, in.Body.ClientID)
	if err != nil {
		return nil, err
	}
	out := &sayOutput{Status: http.StatusCreated, Body: eventOf(done.Event, "")}
	if done.Repeat {
		out.Status = http.StatusOK
	}
	return out, nil
}
