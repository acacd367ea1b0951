package web

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"parley/core"
	"parley/core/socket"
	"parley/core/store"
)

// AuditEntry is one row of the audit log.
type AuditEntry struct {
	No      int64        `json:"no" doc:"dense, from 1"`
	At      string       `json:"at" format:"date-time"`
	Actor   AuditActor   `json:"actor"`
	Action  string       `json:"action" example:"settings.changed" doc:"the noun, and what became of it; others may come"`
	Subject AuditSubject `json:"subject"`

	Changes map[string]AuditChange `json:"changes" nullable:"false" doc:"members that became others, by name; those of documents by their path"`
}

// AuditActor says by whose hand it was.
type AuditActor struct {
	Kind string `json:"kind" enum:"agent,command,system" doc:"command: who gives commands on the machine"`
	ID   string `json:"id,omitempty" doc:"of an agent"`
	Name string `json:"name,omitempty" doc:"an agent's, as they are called now"`
	Key  string `json:"key,omitempty" doc:"the API key with which they came; missing: a login"`
}

// AuditSubject is what it was done to.
type AuditSubject struct {
	Kind string `json:"kind" doc:"agent, group, department, settings, channel, surface, session, installation; others may come"`
	ID   string `json:"id,omitempty" doc:"missing where there is but one, as the settings for all"`
}

// AuditChange is what a member was and is.
type AuditChange struct {
	Before any `json:"before,omitempty" doc:"missing: it was not there"`
	After  any `json:"after,omitempty" doc:"missing: it is not there any more"`
}

type auditInput struct {
	Actor   string `query:"actor" doc:"an agent's id, or me"`
	Action  string `query:"action" doc:"as in an entry"`
	Subject string `query:"subject" doc:"an id, as in an entry"`
	From    string `query:"from" format:"date-time" doc:"from then on"`
	To      string `query:"to" format:"date-time" doc:"before then"`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	After   string `query:"after" doc:"a page's next"`
}

type auditOutput struct{ Body Page[AuditEntry] }

// audit gives the audit log, newest first.
func (s *Server) audit(ctx context.Context, in *auditInput) (*auditOutput, error) {
	filter, before, err := in.filter(callerOf(ctx).actor)
	if err != nil {
		return nil, err
	}
	entries, err := s.store.Audit(ctx, filter, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &auditOutput{Page[AuditEntry]{Items: []AuditEntry{}}}
	if len(entries) > in.Limit {
		entries = entries[:in.Limit]
		out.Body.Next = strconv.FormatInt(entries[in.Limit-1].No, 10)
	}
	for _, e := range entries {
		name, err := s.names.of(ctx, e.Agent)
		if err != nil {
			return nil, err
		}
		entry, err := auditOf(e, name)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, entry)
	}
	return out, nil
}

func auditOf(e core.AuditEntry, name string) (AuditEntry, error) {
	out := AuditEntry{
		No: e.No, At: e.At.String(), Actor: AuditActor{Kind: string(e.Kind), ID: e.Agent.String(), Name: name, Key: e.Key.String()},
		Action: string(e.Action), Subject: AuditSubject{e.Subject, e.SubjectID}, Changes: map[string]AuditChange{},
	}
	if e.Changes == "" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(e.Changes), &out.Changes); err != nil {
		return out, fmt.Errorf("read entry %d of the audit log: %w", e.No, err)
	}
	return out, nil
}

// filter reads the query. An id of whatever kind may be a subject: one that is not there has no entries.
func (in *auditInput) filter(who core.Actor) (f store.AuditFilter, before int64, err error) {
	f.Action, f.Subject = core.AuditAction(in.Action), in.Subject
	if in.Action != "" && !slices.Contains(core.AuditActions, f.Action) {
		return f, 0, refuse("action", "is not known")
	}
	switch in.Actor {
	case "":
	case "me":
		f.Actor = who.Agent.ID
	default:
		if f.Actor, err = idOf("actor", in.Actor, core.ParseID[core.AgentID]); err != nil {
			return f, 0, err
		}
	}
	if f.From, err = timeOf("from", in.From); err != nil {
		return f, 0, err
	}
	if f.To, err = timeOf("to", in.To); err != nil {
		return f, 0, err
	}
	if in.After != "" {
		if before, err = strconv.ParseInt(in.After, 10, 64); err != nil || before < 1 {
			return f, 0, refuse("after", "is not a page's next")
		}
	}
	return f, before, nil
}

func timeOf(field, text string) (core.Time, error) {
	if text == "" {
		return 0, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, refuse(field, "must be a time like 2026-11-21T09:00:00Z")
	}
	return core.At(at), nil
}

// note has it noted that somebody goes on following what has become a colleague's, ends the sockets of those for whom that fails, and gives the rest.
func (s *stream) note(ctx context.Context, bills []*bill) []*bill {
	return slices.DeleteFunc(bills, func(b *bill) bool {
		if len(b.watched) == 0 {
			return false
		}
		err := s.server.hub.NoteReading(ctx, b.actor, slices.Collect(maps.Keys(b.watched))...)
		if err != nil {
			s.server.log.WarnContext(ctx, "sessions not followed any more: that cannot be noted", "error", err)
			b.f.conn.Close(socket.CloseInternal, "come back")
		}
		b.watched = nil
		return err != nil
	})
}
