package core

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// AuditAction says what was done: the noun, and what became of it.
type AuditAction string

// The actions, all of them. What agents do to sessions is not among them, for the log has it; but blocks outlive their session.
const (
	AuditAgentAdded      AuditAction = "agent.added"
	AuditAgentChanged    AuditAction = "agent.changed"
	AuditAgentDisabled   AuditAction = "agent.disabled"
	AuditPasswordChanged AuditAction = "agent.password_changed"
	AuditKeyAdded        AuditAction = "agent.key_added"
	AuditLinked          AuditAction = "agent.linked"
	AuditUnlinked        AuditAction = "agent.unlinked"
	AuditDepartmentAdded AuditAction = "department.added"
	AuditSettingsChanged AuditAction = "settings.changed"
	AuditChannelAdded    AuditAction = "channel.added"
	AuditChannelChanged  AuditAction = "channel.changed"
	AuditSurfaceSet      AuditAction = "surface.set"
	AuditSurfaceRemoved  AuditAction = "surface.removed"
	AuditSurfaceMoved    AuditAction = "surface.moved"
	AuditGroupAdded      AuditAction = "group.added"
	AuditGroupChanged    AuditAction = "group.changed"
	AuditGroupRemoved    AuditAction = "group.removed"
	AuditHookAdded       AuditAction = "hook.added"
	AuditHookChanged     AuditAction = "hook.changed"
	AuditHookReplayed    AuditAction = "hook.replayed"
	AuditHookRemoved     AuditAction = "hook.removed"
	AuditBindingAdded    AuditAction = "binding.added"
	AuditBindingChanged  AuditAction = "binding.changed" // also: set up again
	AuditBindingRemoved  AuditAction = "binding.removed"
	AuditSwitchSet       AuditAction = "switch.set" // by hand: of a department, or of the installation
	AuditTypeAdded       AuditAction = "record_type.added"
	AuditTypeChanged     AuditAction = "record_type.changed"
	AuditTypeRemoved     AuditAction = "record_type.removed"
	AuditRuleAdded       AuditAction = "record_rule.added"
	AuditRuleChanged     AuditAction = "record_rule.changed"
	AuditRuleRemoved     AuditAction = "record_rule.removed"
	AuditRecordsExported AuditAction = "records.exported"
	AuditBlocked         AuditAction = "customer.blocked"
	AuditUnblocked       AuditAction = "customer.unblocked"
	AuditTranscriptRead  AuditAction = "transcript.read"
	AuditRestored        AuditAction = "installation.restored"
	AuditEndTampered     AuditAction = "audit.end_tampered" // the log's end was not as it had been left
)

// Limits of an entry, in bytes.
const (
	maxAuditChanges = 64 << 10 // of what changed
	maxAuditValue   = 4 << 10  // … of one value in it
)

// AuditActions lists all actions.
var AuditActions = []AuditAction{
	AuditAgentAdded, AuditAgentChanged, AuditAgentDisabled, AuditPasswordChanged, AuditKeyAdded, AuditLinked, AuditUnlinked, AuditDepartmentAdded,
	AuditSettingsChanged, AuditChannelAdded, AuditChannelChanged, AuditSurfaceSet, AuditSurfaceRemoved, AuditSurfaceMoved,
	AuditGroupAdded, AuditGroupChanged, AuditGroupRemoved, AuditHookAdded, AuditHookChanged, AuditHookReplayed, AuditHookRemoved, AuditBindingAdded, AuditBindingChanged, AuditBindingRemoved,
	AuditSwitchSet, AuditTypeAdded, AuditTypeChanged, AuditTypeRemoved, AuditRuleAdded, AuditRuleChanged, AuditRuleRemoved, AuditRecordsExported, AuditBlocked, AuditUnblocked, AuditTranscriptRead, AuditRestored,
	AuditEndTampered,
}

// Hand is by whose hand something is done, as the audit log names it: an agent's, with the API key they came with, somebody's who gives commands on
// the machine, or nobody's. There is no address in it: behind a proxy it would be the proxy's, and nothing in the audit log can be forgotten.
type Hand struct {
	Kind  ActorKind `db:"actor_kind"` // ByAgent, ByCommand or BySystem
	Agent AgentID   `db:"actor"`      // zero if it is no agent's
	Key   KeyID     `db:"api_key"`    // zero: a login
}

// Hand is the actor's.
func (a Actor) Hand() Hand { return Hand{ByAgent, a.Agent.ID, a.Key} }

type handKey struct{}

// WithHand says by whose hand all is done that is asked for with the context. Whoever lets somebody in says it, so that nothing that they ask for
// can forget it.
func WithHand(ctx context.Context, by Hand) context.Context {
	return context.WithValue(ctx, handKey{}, by)
}

// HandOf gives what WithHand said.
func HandOf(ctx context.Context) (by Hand, said bool) {
	by, said = ctx.Value(handKey{}).(Hand)
	return by, said
}

// AuditEntry is one row of the audit log: who changed what by hand, or read a transcript that is not theirs. It names customers by nothing but
// their session, and holds no secret. Rows are added, and neither changed nor taken away.
type AuditEntry struct {
	No int64 `db:"no"` // dense, from 1; given when stored
	At Time  `db:"at"`
	Hand
	Action    AuditAction `db:"action"`
	Subject   string      `db:"subject"`    // what kind of thing it was done to, in a word
	SubjectID string      `db:"subject_id"` // which one; "" if there is but one
	Changes   string      `db:"changes"`    // a JSON object of Changes; "" if there are none
	Hash      string      `db:"hash"`       // an AuditSeal's; given when stored
}

// The kinds of subject.
const (
	AuditedAgent        = "agent"
	AuditedDepartment   = "department"
	AuditedSettings     = "settings" // of a department; without id: of all
	AuditedChannel      = "channel"
	AuditedSurface      = "surface"
	AuditedGroup        = "group"
	AuditedHook         = "hook"
	AuditedBinding      = "binding"
	AuditedRecordType   = "record_type"
	AuditedRecordRule   = "record_rule"
	AuditedSession      = "session"
	AuditedInstallation = "installation"
)

// Changes are members of a thing that became others, by name; those of documents by their path, as in "auto_close.site".
type Changes map[string]Change

// Change is what a member was and is. What is left out was not there, or is not any more.
type Change struct {
	Before any `json:"before,omitempty"`
	After  any `json:"after,omitempty"`
}

// ChangesOf compares two values as JSON shows them: objects, or nil for what is not there. Secrets do not show in JSON; that one has changed is to be
// said by a member of its own.
func ChangesOf(before, after any) Changes {
	was, is := map[string]any{}, map[string]any{}
	flatten(was, "", asJSON(before))
	flatten(is, "", asJSON(after))
	changes := Changes{}
	for name, v := range was {
		if now, there := is[name]; !there || !reflect.DeepEqual(v, now) {
			changes[name] = Change{Before: v, After: is[name]}
		}
	}
	for name, v := range is {
		if _, there := was[name]; !there {
			changes[name] = Change{After: v}
		}
	}
	return changes
}

// asJSON gives a value as JSON has it.
func asJSON(v any) any {
	text, err := json.Marshal(v)
	var out any
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil { // a value that is no document is our bug, and no reason to refuse the change
		return nil
	}
	return out
}

// flatten puts the members of objects into one, each under its path.
func flatten(into map[string]any, path string, v any) {
	members, isObject := v.(map[string]any)
	if !isObject {
		if v != nil {
			into[path] = v
		}
		return
	}
	for name, member := range members {
		if path != "" {
			name = path + "." + name
		}
		flatten(into, name, member)
	}
}

// Text gives the changes as an entry keeps them. Of a value that is very long its beginning is kept, of very much only the names of what changed.
func (c Changes) Text() string {
	if len(c) == 0 {
		return ""
	}
	short := Changes{}
	for name, change := range c {
		short[name] = Change{shorten(change.Before), shorten(change.After)}
	}
	text, err := json.Marshal(short)
	if err != nil || len(text) > maxAuditChanges {
		var names []string
		for name := range c {
			names = append(names, name)
		}
		slices.Sort(names)
		text, _ = json.Marshal(Changes{"too_long": {After: shorten(strings.Join(names, ", "))}}) // texts always marshal
	}
	return string(text)
}

func shorten(v any) any {
	text, err := json.Marshal(v)
	if err != nil || len(text) <= maxAuditValue {
		return v
	}
	return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(string(text[:maxAuditValue]), ""), len(text))
}

// ReadingTime is in what stretch of the clock an agent's reading of one transcript is noted once.
const ReadingTime = time.Hour

// Foreign tells whether a session's transcript is not an agent's own to read: others hold it, or held it, and the agent, whose part in it is mine, has
// never joined. An operator who looks at what waits in the queue looks at their own work; a supervisor who is no operator there watches. The
// agent sees the session.
func Foreign(s Session, a Actor, mine Participant) bool {
	own := s.Assignee == a.Agent.ID || mine.JoinedAt != 0
	finds := s.Unassigned() && a.Roles[s.Department].Has(Operator)
	return !own && !finds
}
