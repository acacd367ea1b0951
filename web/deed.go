package web

import (
	"context"
	"errors"

	"parley/core"
	"parley/core/hub"
)

// Deed is what requests for deeds have in common.
type Deed struct {
	OnSession
	Key string `header:"Idempotency-Key" doc:"the same again, with the same key, is done once"`
}

// The bodies of deeds.
type (
	// Nothing is the body of what needs none.
	Nothing struct{}
	// Versioned may say which version of the session is meant.
	Versioned struct {
		Version int64 `json:"version,omitempty" minimum:"0" doc:"the session's version as it was seen; without it, whatever it is"`
	}
	// Taking may say that one's own limit does not matter.
	Taking struct {
		Over bool `json:"over,omitempty" doc:"also where one holds as many sessions as one's limit allows; without it that is refused with the code full"`
	}
	// Assignment says who shall hold the session.
	Assignment struct {
		Agent   string `json:"agent" doc:"an operator of the session's department"`
		Over    bool   `json:"over,omitempty" doc:"also where they hold as many sessions as their limit allows; without it that is refused with the code full"`
		Version int64  `json:"version,omitempty" minimum:"0" doc:"the session's version as it was seen; without it, whatever it is"`
	}
	// Move says where the session shall go.
	Move struct {
		Department string `json:"department" doc:"another department than its own"`
		Version    int64  `json:"version,omitempty" minimum:"0" doc:"the session's version as it was seen; without it, whatever it is"`
	}
	// Block says for how long the customer is kept out.
	Block struct {
		For     string `json:"for" enum:"day,24h,7d,forever" doc:"day: the rest of the day in the department's time zone, an hour at least"`
		Version int64  `json:"version,omitempty" minimum:"0" doc:"the session's version as it was seen; without it, whatever it is"`
	}
	// Snooze says until when a session is put aside.
	Snooze struct {
		Until   string `json:"until,omitempty" format:"date-time" doc:"a time within a year; missing: until the customer writes, which brings it back in any case"`
		Version int64  `json:"version,omitempty" minimum:"0" doc:"the session's version as it was seen; without it, whatever it is"`
	}
	// Triage says what the session is to those who work on it. What is left out stays.
	Triage struct {
		Priority   string   `json:"priority,omitempty" enum:"low,normal,high,urgent"`
		AddTags    []string `json:"add_tags,omitempty" nullable:"false" maxItems:"20" doc:"folded to small letters; at most 50 bytes each, 20 on a session"`
		RemoveTags []string `json:"remove_tags,omitempty" nullable:"false" maxItems:"20" doc:"taken off before others are put on"`
		Language   string   `json:"language,omitempty" doc:"what the customer speaks, a tag of BCP 47 such as de or pt-BR; from then on the channel's word does not count"`
	}
	// ReadMark says how far one has read.
	ReadMark struct {
		Seq int64 `json:"seq" minimum:"0" doc:"all up to here has been read; a mark never moves back"`
	}
)

type (
	plainDeed struct {
		Deed
		Body Nothing
	}
	versionedDeed struct {
		Deed
		Body Versioned
	}
	takeInput struct {
		Deed
		Body Taking
	}
	assignInput struct {
		Deed
		Body Assignment
	}
	moveInput struct {
		Deed
		Body Move
	}
	blockInput struct {
		Deed
		Body Block
	}
	snoozeInput struct {
		Deed
		Body Snooze
	}
	triageInput struct {
		OnSession
		Body Triage
	}
	readInput struct {
		Deed
		Body ReadMark
	}
	deedOutput struct{ Body Session }
)

func (s *Server) take(ctx context.Context, in *takeInput) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Take{Session: id, Over: in.Body.Over} })
}

func (s *Server) release(ctx context.Context, in *versionedDeed) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Release{Session: id, Version: in.Body.Version} })
}

func (s *Server) assign(ctx context.Context, in *assignInput) (*deedOutput, error) {
	to, err := idOf("agent", in.Body.Agent, core.ParseID[core.AgentID])
	if err != nil {
		return nil, err
	}
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed {
		return core.Assign{Session: id, To: to, Over: in.Body.Over, Version: in.Body.Version}
	})
}

// transfer answers without the session: who moves it may not see it there.
func (s *Server) transfer(ctx context.Context, in *moveInput) (*struct{}, error) {
	to, err := idOf("department", in.Body.Department, core.ParseID[core.DepartmentID])
	if err != nil {
		return nil, err
	}
	_, err = s.perform(ctx, in.Deed, func(id core.SessionID) core.Deed {
		return core.Transfer{Session: id, To: to, Version: in.Body.Version}
	})
	return nil, err
}

func (s *Server) join(ctx context.Context, in *plainDeed) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Join{Session: id} })
}

func (s *Server) leave(ctx context.Context, in *plainDeed) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Leave{Session: id} })
}

func (s *Server) end(ctx context.Context, in *versionedDeed) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.End{Session: id, Version: in.Body.Version} })
}

func (s *Server) unanswered(ctx context.Context, in *versionedDeed) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Unanswered{Session: id, Version: in.Body.Version} })
}

func (s *Server) block(ctx context.Context, in *blockInput) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed {
		return core.Block{Session: id, For: core.Term(in.Body.For), Version: in.Body.Version}
	})
}

func (s *Server) unblock(ctx context.Context, in *plainDeed) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Unblock{Session: id} })
}

func (s *Server) snooze(ctx context.Context, in *snoozeInput) (*deedOutput, error) {
	var until core.Time
	if err := until.UnmarshalText([]byte(in.Body.Until)); err != nil {
		return nil, refuse("until", "must be a time such as 2026-01-31T09:00:00Z")
	}
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed {
		return core.Snooze{Session: id, Until: until, Version: in.Body.Version}
	})
}

func (s *Server) unsnooze(ctx context.Context, in *plainDeed) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Unsnooze{Session: id} })
}

// triage sets tags first: they alone can be refused by how the session stands, and then nothing is done.
func (s *Server) triage(ctx context.Context, in *triageInput) (*deedOutput, error) {
	id, err := in.id()
	if err != nil {
		return nil, err
	}
	deeds := []core.Deed{core.Tag{Session: id, Add: in.Body.AddTags, Remove: in.Body.RemoveTags}}
	if in.Body.Language != "" {
		language, err := hub.LanguageOf("language", in.Body.Language)
		if err != nil {
			return nil, err
		}
		deeds = append(deeds, core.SetLanguage{Session: id, Language: language})
	}
	if in.Body.Priority != "" {
		deeds = append(deeds, core.Prioritise{Session: id, Priority: core.Priority(in.Body.Priority)})
	}
	for _, d := range deeds {
		if _, err := s.do(ctx, d, ""); err != nil {
			return nil, err
		}
	}
	row, err := s.store.Session(ctx, callerOf(ctx).actor.Scope(), id)
	if err != nil {
		return nil, err
	}
	return &deedOutput{sessionOf(row)}, nil
}

func (s *Server) read(ctx context.Context, in *readInput) (*deedOutput, error) {
	return s.done(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Read{Session: id, Seq: in.Body.Seq} })
}

func (s *Server) typing(ctx context.Context, in *plainDeed) (*struct{}, error) {
	_, err := s.perform(ctx, in.Deed, func(id core.SessionID) core.Deed { return core.Typing{Session: id} })
	return nil, err
}

// done does the deed and answers with the session as it stands now; also where the deed has just taken it from the actor's eyes, such as giving it to
// a colleague whose sessions they do not see. A repeat of that finds it no more.
func (s *Server) done(ctx context.Context, on Deed, make func(core.SessionID) core.Deed) (*deedOutput, error) {
	done, err := s.perform(ctx, on, make)
	if err != nil {
		return nil, err
	}
	scope := callerOf(ctx).actor.Scope()
	if !done.Repeat {
		scope.Own = nil
	}
	row, err := s.store.Session(ctx, scope, done.Session.ID)
	if err != nil {
		return nil, err
	}
	return &deedOutput{sessionOf(row)}, nil
}

func (s *Server) perform(ctx context.Context, on Deed, make func(core.SessionID) core.Deed) (core.Done, error) {
	id, err := on.id()
	if err != nil {
		return core.Done{}, err
	}
	done, err := s.do(ctx, make(id), on.Key)
	return done, keyed(err)
}

// dedupeOf gives what a request with an idempotency key is known by, "" for one without.
func dedupeOf(who core.Actor, key string) (string, error) {
	if key == "" {
		return "", nil
	}
	return who.Origin() + ":" + key, core.CheckDedupe("Idempotency-Key", key)
}

// keyed names the idempotency key as requests with a header call it.
func keyed(err error) error {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Field == "client_id" {
		e.Field = "Idempotency-Key"
	}
	return err
}
