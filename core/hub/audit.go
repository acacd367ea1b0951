package hub

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"sync"

	"parley/core"
	"parley/core/store"
)

// handOf says by whose hand is done what was asked for with the context: of the agent who was let in, else of whom this hub is for.
func (h *Hub) handOf(ctx context.Context) core.Hand {
	if by, said := core.HandOf(ctx); said {
		return by
	}
	return core.Hand{Kind: cmp.Or(h.by, core.BySystem)}
}

// agentView is what the audit log shows of an agent.
type agentView struct {
	Email      string              `json:"email"`
	Name       string              `json:"name"`
	PublicName string              `json:"public_name"`
	Admin      bool                `json:"admin"`
	Disabled   bool                `json:"disabled"`
	Bot        bool                `json:"bot,omitempty"`
	Given      []string            `json:"permissions,omitempty"` // in person
	Languages  []core.Language     `json:"languages,omitempty"`
	Skills     []string            `json:"skills,omitempty"`
	Roles      map[string][]string `json:"roles"` // by department
}

func viewOfAgent(a core.Actor) any {
	if a.Agent.ID == 0 {
		return nil
	}
	v := agentView{
		Email: a.Agent.Email, Name: a.Agent.Name, PublicName: a.Agent.PublicName, Admin: a.Agent.Admin, Disabled: a.Agent.DisabledAt != 0, Bot: a.Agent.Bot,
		Given: a.Agent.Given.Words(), Languages: a.Agent.Languages.List(), Skills: a.Agent.Skills.List(), Roles: map[string][]string{},
	}
	for d, role := range a.Roles {
		v.Roles[d.String()] = role.Names()
	}
	return v
}

// auditAgent notes what an agent becomes; before is zero for one who is new.
func auditAgent(w *store.Work, by core.Hand, before, after core.Actor) {
	action := core.AuditAgentChanged
	switch {
	case before.Agent.ID == 0:
		action = core.AuditAgentAdded
	case before.Agent.DisabledAt == 0 && after.Agent.DisabledAt != 0:
		action = core.AuditAgentDisabled
	}
	roles := core.Roles{} // those that are not named stay
	for _, each := range []core.Roles{before.Roles, after.Roles} {
		for d, role := range each {
			roles[d] = role
		}
	}
	after.Roles = roles
	auditAbout(w, by, action, after.Agent.ID, core.ChangesOf(viewOfAgent(before), viewOfAgent(after)))
}

// auditAbout notes what was done about an agent.
func auditAbout(w *store.Work, by core.Hand, action core.AuditAction, a core.AgentID, changes core.Changes) {
	w.Audit(core.AuditEntry{Hand: by, Action: action, Subject: core.AuditedAgent, SubjectID: a.String(), Changes: changes.Text()})
}

// changesOfLimit says how many sessions at once an agent wants; zero: they have not said.
func changesOfLimit(before, after int64) core.Changes {
	if before == after {
		return nil
	}
	said := func(limit int64) any {
		if limit == 0 {
			return nil
		}
		return limit
	}
	return core.Changes{"limit": {Before: said(before), After: said(after)}}
}

// groupView is what the audit log shows of a group.
type groupView struct {
	Name        string         `json:"name"`
	Parent      core.GroupID   `json:"parent,omitempty"`
	Permissions []string       `json:"permissions"`
	Members     []core.AgentID `json:"members,omitempty"`
}

// auditGroup notes what a group becomes; nil for what is not there. What agents may by it follows, and has no entries.
func auditGroup(w *store.Work, by core.Hand, action core.AuditAction, before, after *core.Group) {
	view := func(g *core.Group) any {
		if g == nil {
			return nil
		}
		return groupView{g.Name, g.Parent, g.Permissions.Words(), g.Members}
	}
	of := cmp.Or(after, before).ID
	w.Audit(core.AuditEntry{
		Hand: by, Action: action, Subject: core.AuditedGroup, SubjectID: of.String(), Changes: core.ChangesOf(view(before), view(after)).Text(),
	})
}

// switchView is what the audit log shows of a switch.
type switchView struct {
	On    bool   `json:"on"`
	By    string `json:"by,omitempty"`
	Rules bool   `json:"rules,omitempty"` // whether they are in use
}

// auditSwitch notes that a hand has set a switch: a department's, or, for zero, the installation's.
func auditSwitch(w *store.Work, by core.Hand, of core.DepartmentID, before, after switchView) {
	e := core.AuditEntry{
		Hand: by, Action: core.AuditSwitchSet, Subject: core.AuditedDepartment, SubjectID: of.String(), Changes: core.ChangesOf(before, after).Text(),
	}
	if of == 0 {
		e.Subject = core.AuditedInstallation
	}
	w.Audit(e)
}

func viewOfSwitch(s core.Switch) switchView {
	return switchView{On: s.SwitchedOn, By: string(s.SwitchedBy)}
}

func viewOfDepartmentSwitch(d core.Department) switchView {
	return switchView{d.SwitchedOn, string(d.SwitchedBy), d.RuledAt != 0}
}

// auditLink notes that somebody on a channel is known as an agent; former is as whom they were until now, zero: as nobody.
func auditLink(w *store.Work, by core.Hand, l core.AgentLink, former core.AgentID) {
	changes := core.ChangesOf(nil, map[string]string{"channel": l.Channel.String(), "account": string(l.Remote)})
	if former != 0 && former != l.Agent {
		changes["agent"] = core.Change{Before: former, After: l.Agent}
	}
	auditAbout(w, by, core.AuditLinked, l.Agent, changes)
}

// channelView is what the audit log shows of a channel.
type channelView struct {
	Name       string            `json:"name"`
	Kind       string            `json:"kind"`
	Department core.DepartmentID `json:"department"`
	Settings   any               `json:"settings"`
}

// auditChannel notes what a channel becomes; before is zero for one that is new. Of its secrets it says that there are others, and nothing else.
func auditChannel(w *store.Work, by core.Hand, action core.AuditAction, before, after core.Channel) {
	var was any
	if before.ID != 0 {
		was = channelView{before.Slug, before.Kind, before.Department, before.Settings}
	}
	changes := core.ChangesOf(was, channelView{after.Slug, after.Kind, after.Department, after.Settings})
	if before.Sealed != after.Sealed {
		changes["secret"] = core.Change{After: "given"}
	}
	w.Audit(core.AuditEntry{
		Hand: by, Action: action, Subject: core.AuditedChannel, SubjectID: after.ID.String(), Changes: changes.Text(),
	})
}

// hookView is what the audit log shows of a hook. An address may have a key in it: the log has its host alone.
type hookView struct {
	Name        string              `json:"name"`
	Host        string              `json:"host"`
	Events      []core.HookEvent    `json:"events"`
	Departments []core.DepartmentID `json:"departments,omitempty"`
	Enabled     bool                `json:"enabled"`
}

// auditHook notes what a hook becomes; nil for what is not there.
func auditHook(w *store.Work, by core.Hand, action core.AuditAction, before, after *core.Hook) {
	view := func(h *core.Hook) any {
		if h == nil {
			return nil
		}
		host := ""
		if u, err := url.Parse(h.URL); err == nil {
			host = u.Host
		}
		return hookView{h.Name, host, h.Events, h.Departments, h.Enabled()}
	}
	changes := core.ChangesOf(view(before), view(after))
	if before != nil && after != nil && before.URL != after.URL {
		changes["url"] = core.Change{After: "given"}
	}
	if after != nil && (before == nil || before.Sealed != after.Sealed) {
		changes["secret"] = core.Change{After: "given"}
	}
	w.Audit(core.AuditEntry{Hand: by, Action: action, Subject: core.AuditedHook, SubjectID: cmp.Or(after, before).ID.String(), Changes: changes.Text()})
}

// bindingView is what the audit log shows of a binding. An address may have a key in it: the log has its host alone.
type bindingView struct {
	Name     string            `json:"name"`
	Provider string            `json:"provider"`
	Settings map[string]string `json:"settings"`
}

// auditBinding notes what a binding becomes; before is zero for one that is new.
func auditBinding(w *store.Work, by core.Hand, action core.AuditAction, before, after core.Binding) {
	view := func(b core.Binding) any {
		if b.ID == 0 || b.RemovedAt != 0 {
			return nil
		}
		v := bindingView{b.Name, b.Provider, map[string]string{}}
		for name, value := range b.Settings {
			if u, err := url.Parse(value); err == nil && u.Host != "" {
				value = u.Host
			}
			v.Settings[name] = value
		}
		return v
	}
	changes := core.ChangesOf(view(before), view(after))
	for name, value := range after.Settings {
		if was, there := before.Settings[name]; there && was != value && before.RemovedAt == 0 && after.RemovedAt == 0 {
			changes["settings."+name] = cmp.Or(changes["settings."+name], core.Change{After: "given"})
		}
	}
	if after.Sealed != "" && before.Sealed != after.Sealed {
		changes["keys"] = core.Change{After: "given"}
	}
	w.Audit(core.AuditEntry{Hand: by, Action: action, Subject: core.AuditedBinding, SubjectID: after.ID.String(), Changes: changes.Text()})
}

// surfaceView is what the audit log shows of a surface.
type surfaceView struct {
	Priorities core.PrioritySet `json:"priorities"`
	Languages  core.Languages   `json:"languages,omitempty"`
	Replies    core.Replies     `json:"replies"`
	Hold       string           `json:"hold"`
	Receipts   bool             `json:"receipts"`
}

// auditSurface notes what a surface becomes; nil for what is not there.
func auditSurface(w *store.Work, by core.Hand, action core.AuditAction, of core.Surface, before, after *core.Surface) {
	view := func(f *core.Surface) any {
		if f == nil {
			return nil
		}
		return surfaceView{f.Priorities, f.Languages, f.Replies, f.Hold.String(), f.Receipts}
	}
	w.Audit(core.AuditEntry{
		Hand: by, Action: action, Subject: core.AuditedSurface, SubjectID: of.Channel.String() + "/" + string(of.Room) + "/" + of.Department.String(),
		Changes: core.ChangesOf(view(before), view(after)).Text(),
	})
}

// auditBlock notes what becomes of a session's customer. Who they are, the session says.
func auditBlock(w *store.Work, by core.Hand, action core.AuditAction, s core.SessionID, changes core.Changes) {
	w.Audit(core.AuditEntry{Hand: by, Action: action, Subject: core.AuditedSession, SubjectID: s.String(), Changes: changes.Text()})
}

// maxNoted is how many readings a hub remembers.
const maxNoted = 10000

// noted are the readings of an hour that are in the audit log: what is there spares the database a question.
type noted struct {
	mu   sync.Mutex
	hour core.Time
	seen map[reading]struct{}
}

type reading struct {
	agent   core.AgentID
	session core.SessionID
}

// has tells whether it was noted in that hour.
func (n *noted) has(r reading, hour core.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, there := n.seen[r]
	return there && n.hour == hour
}

func (n *noted) put(r reading, hour core.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hour != hour || len(n.seen) >= maxNoted {
		n.hour, n.seen = hour, map[reading]struct{}{}
	}
	n.seen[r] = struct{}{}
}

// NoteReading notes that an agent is about to read transcripts, where they are not the agent's own (core.Foreign): each once in an hour of the clock,
// over all nodes. It returns when that is durable; a reading that it refuses is not to be. Sessions that the agent does not see are none of its business.
func (h *Hub) NoteReading(ctx context.Context, who core.Actor, sessions ...core.SessionID) error {
	foreign, err := h.store.Foreign(ctx, who, sessions)
	if err != nil {
		return err
	}
	hour := core.At(h.clock().Truncate(core.ReadingTime))
	foreign = slices.DeleteFunc(foreign, func(id core.SessionID) bool { return h.noted.has(reading{who.Agent.ID, id}, hour) })
	if len(foreign) == 0 {
		return nil
	}
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		for _, id := range foreign {
			w.AuditOnce(core.AuditEntry{
				Hand: who.Hand(), Action: core.AuditTranscriptRead, Subject: core.AuditedSession, SubjectID: id.String(),
			}, hour)
		}
		return nil
	}})
	if err != nil {
		return &core.Error{Op: "hub.NoteReading", Kind: core.Unavailable, RetryAfter: retryAfter, Err: err,
			Reason: "Who reads others' sessions is noted, and that cannot be done right now. Try again in a moment."}
	}
	for _, id := range foreign {
		h.noted.put(reading{who.Agent.ID, id}, hour)
	}
	return nil
}
