package web

import (
	"context"
	"encoding/json"
	"fmt"

	"parley/core"
)

// SettingsDocument is what was set for a department, or for all, and how that works out.
type SettingsDocument struct {
	Settings  core.Settings  `json:"settings" doc:"as they hold: what is shipped, changed by what is set for all, changed by what is set here"`
	Own       map[string]any `json:"own" doc:"what is set here: members of settings that differ"`
	Version   int64          `json:"version" doc:"of what is set here; rises with every change"`
	ChangedAt string         `json:"changed_at,omitempty" format:"date-time"`
}

type settingsOutput struct{ Body SettingsDocument }

type settingsInput struct {
	ID string `path:"id"`
}

// settings gives what is set for a department.
func (s *Server) settings(ctx context.Context, in *settingsInput) (*settingsOutput, error) {
	d, err := core.ParseID[core.DepartmentID](in.ID)
	if err != nil {
		return nil, err
	}
	if !callerOf(ctx).actor.MaySet(d) {
		return nil, &core.Error{Op: "web.settings", Kind: core.Forbidden, Reason: "Only an admin may do that, or a supervisor of the department who was given the permission."}
	}
	if d, err = s.department(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.settingsOf(ctx, d)
}

// allSettings gives what is set for all departments.
func (s *Server) allSettings(ctx context.Context, _ *struct{}) (*settingsOutput, error) {
	return s.settingsOf(ctx, 0)
}

// SettingsChange replaces what is set.
type SettingsChange struct {
	Own     map[string]any `json:"own" doc:"what is to be set here, all of it: what it leaves out is as for all, or as shipped"`
	Version int64          `json:"version,omitempty" minimum:"0" doc:"of what it replaces; if left out, whatever is there"`
}

type setSettingsInput struct {
	ID   string `path:"id"`
	Body SettingsChange
}

func (s *Server) setSettings(ctx context.Context, in *setSettingsInput) (*settingsOutput, error) {
	d, err := core.ParseID[core.DepartmentID](in.ID)
	if err != nil {
		return nil, err
	}
	return s.putSettings(ctx, d, in.Body)
}

func (s *Server) setAllSettings(ctx context.Context, in *struct{ Body SettingsChange }) (*settingsOutput, error) {
	return s.putSettings(ctx, 0, in.Body)
}

// department gives the id of a department that is there; the error is NotFound.
func (s *Server) department(ctx context.Context, id string) (core.DepartmentID, error) {
	d, err := core.ParseID[core.DepartmentID](id)
	if err != nil {
		return 0, err
	}
	all, err := s.store.AllDepartments(ctx)
	if err != nil {
		return 0, err
	}
	for _, each := range all {
		if each.ID == d {
			return d, nil
		}
	}
	return 0, &core.Error{Op: "web.department", Kind: core.NotFound}
}

func (s *Server) settingsOf(ctx context.Context, d core.DepartmentID) (*settingsOutput, error) {
	doc, err := s.store.Document(ctx, d)
	if err != nil {
		return nil, err
	}
	holds, err := s.store.Settings(ctx, d)
	if err != nil {
		return nil, err
	}
	out := &settingsOutput{SettingsDocument{Settings: holds, Version: doc.Version, ChangedAt: doc.ChangedAt.String()}}
	if err := json.Unmarshal([]byte(doc.Own), &out.Body.Own); err != nil {
		return nil, fmt.Errorf("read settings of %s: %w", d, err)
	}
	return out, nil
}

func (s *Server) putSettings(ctx context.Context, d core.DepartmentID, c SettingsChange) (*settingsOutput, error) {
	own, err := json.Marshal(c.Own)
	if err != nil {
		return nil, fmt.Errorf("write settings: %w", err)
	}
	if _, err := s.hub.SetSettings(ctx, callerOf(ctx).actor, d, own, c.Version); err != nil {
		return nil, err
	}
	return s.settingsOf(ctx, d)
}
