package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/core"
	"parley/core/hub"
	"parley/core/store"
)

// Switch is how a switch stands.
type Switch struct {
	On bool   `json:"on"`
	By string `json:"by,omitempty" enum:"hand,rule,threshold" doc:"what set it so; missing: nobody ever has"`
	At string `json:"at,omitempty" format:"date-time" doc:"since when"`
}

func switchOf(s core.Switch) Switch {
	return Switch{On: s.SwitchedOn, By: string(s.SwitchedBy), At: s.SwitchedAt.String()}
}

// DepartmentSwitch is a department's, with what else decides whether it takes new sessions.
type DepartmentSwitch struct {
	Switch
	Rules  bool         `json:"rules" doc:"whether the rules of its settings are in use"`
	Open   bool         `json:"open" doc:"whether customers of sites may begin sessions, of countries that are taken"`
	Closed []ClosedGate `json:"closed" nullable:"false" doc:"by what it is closed, none where it is open"`
}

// ClosedGate is one of what closes a department.
type ClosedGate struct {
	Gate string `json:"gate" enum:"installation,switch,hours,holiday,receiving"`
	Text string `json:"text" doc:"the same in a sentence"`
}

type (
	departmentSwitchOutput struct{ Body DepartmentSwitch }
	switchOutput           struct{ Body Switch }

	departmentSwitchInput struct {
		ID string `path:"id"`
	}
)

// departmentSwitch gives a department's switch to who works there, and to admins.
func (s *Server) departmentSwitch(ctx context.Context, in *departmentSwitchInput) (*departmentSwitchOutput, error) {
	id, err := s.department(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if a := callerOf(ctx).actor; a.Roles[id] == 0 && !a.Agent.Admin {
		return nil, &core.Error{Op: "web.departmentSwitch", Kind: core.NotFound}
	}
	return s.switchIn(ctx, id)
}

func (s *Server) switchIn(ctx context.Context, id core.DepartmentID) (*departmentSwitchOutput, error) {
	openings, err := s.hub.Openings(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.store.AllDepartments(ctx)
	if err != nil {
		return nil, err
	}
	out := &departmentSwitchOutput{DepartmentSwitch{Open: len(openings[id].Closed) == 0, Closed: []ClosedGate{}}}
	for _, d := range all {
		if d.ID != id {
			continue
		}
		out.Body.Switch, out.Body.Rules = switchOf(d.Switch), d.RuledAt != 0
		for _, g := range openings[id].Closed {
			out.Body.Closed = append(out.Body.Closed, ClosedGate{string(g), g.Words(d.Switch)})
		}
	}
	return out, nil
}

// SwitchChange is what a hand does to a department's switch.
type SwitchChange struct {
	On    *bool `json:"on,omitempty" doc:"false also ends the use of rules; an open session goes on in any case"`
	Rules *bool `json:"rules,omitempty" doc:"whether the rules of its settings set it: at once, and at each of their edges"`
}

type setSwitchInput struct {
	ID   string `path:"id"`
	Body SwitchChange
}

func (s *Server) setSwitch(ctx context.Context, in *setSwitchInput) (*departmentSwitchOutput, error) {
	id, err := core.ParseID[core.DepartmentID](in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.hub.SetSwitch(ctx, callerOf(ctx).actor, id, hub.SwitchChange{On: in.Body.On, Rules: in.Body.Rules}); err != nil {
		return nil, err
	}
	return s.switchIn(ctx, id)
}

// installationSwitch gives the one above those of all departments.
func (s *Server) installationSwitch(ctx context.Context, _ *struct{}) (*switchOutput, error) {
	now, err := s.store.Switch(ctx)
	return &switchOutput{switchOf(now)}, err
}

// InstallationChange is what a hand does to the installation's switch.
type InstallationChange struct {
	On bool `json:"on"`
}

func (s *Server) setInstallation(ctx context.Context, in *struct{ Body InstallationChange }) (*switchOutput, error) {
	now, err := s.hub.SetInstallation(ctx, callerOf(ctx).actor, in.Body.On)
	return &switchOutput{switchOf(now)}, err
}

// Switched is a row of a switch's history.
type Switched struct {
	ID     string `json:"id"`
	At     string `json:"at" format:"date-time"`
	On     bool   `json:"on"`
	By     string `json:"by" enum:"hand,rule,threshold"`
	Agent  *Ref   `json:"agent,omitempty" doc:"who did it; missing: nobody by hand"`
	Reason string `json:"reason,omitempty" doc:"which rule, or how many were waiting"`
}

type switchedOutput struct{ Body Page[Switched] }

// SwitchedFilter narrows a history.
type SwitchedFilter struct {
	Q     string    `query:"q" maxLength:"200" doc:"in the name of who did it, or in the reason"`
	From  time.Time `query:"from" doc:"not before"`
	Until time.Time `query:"until" doc:"before"`
	Limit int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
	After string    `query:"after" doc:"next of the page before"`
}

type switchedInput struct {
	ID string `path:"id"`
	SwitchedFilter
}

func (s *Server) switched(ctx context.Context, in *switchedInput) (*switchedOutput, error) {
	id, err := core.ParseID[core.DepartmentID](in.ID)
	if err == nil {
		err = core.AllowSwitch(callerOf(ctx).actor, id)
	}
	if err == nil {
		_, err = s.department(ctx, in.ID)
	}
	if err != nil {
		return nil, err
	}
	return s.history(ctx, id, in.SwitchedFilter)
}

func (s *Server) installationSwitched(ctx context.Context, in *SwitchedFilter) (*switchedOutput, error) {
	return s.history(ctx, 0, *in)
}

func (s *Server) history(ctx context.Context, id core.DepartmentID, in SwitchedFilter) (*switchedOutput, error) {
	agents, err := s.store.Agents(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[core.AgentID]string, len(agents))
	f := store.SwitchFilter{Department: id, From: core.At(in.From), Until: core.At(in.Until), Text: strings.TrimSpace(in.Q)}
	for _, a := range agents {
		names[a.Agent.ID] = a.Agent.Name
		if named := strings.ToLower(a.Agent.Name + "\n" + a.Agent.PublicName); f.Text != "" && strings.Contains(named, strings.ToLower(f.Text)) {
			f.Agents = append(f.Agents, a.Agent.ID)
		}
	}
	slices.Sort(f.Agents)
	page, err := s.store.Switched(ctx, f, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &switchedOutput{Page[Switched]{Items: make([]Switched, 0, len(page.Items)), Next: page.Next}}
	for _, e := range page.Items {
		extra, err := core.ParseExtra(e.Data)
		if err != nil {
			return nil, err
		}
		row := Switched{ID: e.ID.String(), At: e.At.String(), On: e.Text == "on", By: string(extra.By), Reason: e.Reason}
		if who := e.Agent(); who != 0 {
			row.Agent = &Ref{ID: who.String(), Name: names[who]}
		}
		out.Body.Items = append(out.Body.Items, row)
	}
	return out, nil
}
