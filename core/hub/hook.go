package hub

import (
	"cmp"
	"context"
	"slices"

	"parley/core"
	"parley/core/store"
)

// AddHook adds a hook, which is told of what happens from now on; its secret is sealed already. who is an admin, or nobody: a command on the machine. The
// same again with the same dedupe gets the hook that is there. Errors: Forbidden, Invalid with the field.
func (h *Hub) AddHook(ctx context.Context, who core.Actor, hook core.Hook, dedupe string) (core.Hook, error) {
	if err := cmp.Or(governs(who), hook.Check()); err != nil {
		return core.Hook{}, err
	}
	known, err := h.store.Hooks(ctx)
	if err != nil {
		return core.Hook{}, err
	}
	now, hand := core.At(h.clock()), h.handOf(ctx)
	hook.ID, hook.CreatedAt, hook.EnabledAt, hook.Version = core.HookID(h.ids.Next(now)), now, now, 1
	commit, err := h.writer.Do(ctx, store.Job{Dedupe: dedupe, Body: "add hook " + hook.Name + " " + hook.URL, Do: func(w *store.Work) error {
		others, err := w.Hooks()
		if err != nil {
			return err
		}
		if len(others) >= core.MaxHooks {
			return &core.Error{Op: "hub.AddHook", Kind: core.Invalid, Field: "name", Reason: "is one too many: there are 50 hooks"}
		}
		if err := checkHook(w, hook, others); err != nil {
			return err
		}
		w.PutHook(hook)
		auditHook(w, hand, core.AuditHookAdded, nil, &hook)
		w.Tell(settings(by(who, core.Event{Kind: core.EventHookChanged, Dedupe: w.Key()})))
		return nil
	}})
	if there := slices.IndexFunc(known, func(k core.Hook) bool { return k.Name == hook.Name }); commit.Repeat && there >= 0 {
		return known[there], nil
	}
	return hook, err
}

// SetHook gives a hook another name, address, events and departments, and switches it on or off, as EnabledAt is zero or not. It keeps its secrets. One
// that is switched on is told of what happens from then on. version is the hook's as the admin saw it; zero is any. who is as in AddHook. Errors: Forbidden,
// NotFound, Invalid with the field, Taken where it has changed since.
func (h *Hub) SetHook(ctx context.Context, who core.Actor, hook core.Hook, version int64) (core.Hook, error) {
	return h.changeHook(ctx, who, hook.ID, "", func(w *store.Work, was *core.Hook) error {
		if version != 0 && version != was.Version {
			return &core.Error{Op: "hub.SetHook", Kind: core.Taken, Reason: "This hook has changed since you looked at it."}
		}
		was.Version++
		was.Name, was.URL, was.Events, was.Departments = hook.Name, hook.URL, hook.Events, hook.Departments
		switch {
		case !hook.Enabled():
			was.EnabledAt = 0
		case !was.Enabled():
			was.EnabledAt, was.Reason = w.Now(), ""
		}
		return nil
	})
}

// RotateHook gives a hook another secret, sealed already; the one before signs too for a day. who is as in AddHook. The same again with the same dedupe
// changes nothing, and gets the hook as it is. Errors: Forbidden, NotFound.
func (h *Hub) RotateHook(ctx context.Context, who core.Actor, id core.HookID, sealed, dedupe string) (core.Hook, error) {
	return h.changeHook(ctx, who, id, dedupe, func(w *store.Work, was *core.Hook) error {
		was.Former, was.FormerUntil, was.Sealed = was.Sealed, w.Now().Add(core.HookRotation), sealed
		return nil
	})
}

// RemoveHook takes a hook away, with all that it was told. who is as in AddHook. Errors: Forbidden, NotFound.
func (h *Hub) RemoveHook(ctx context.Context, who core.Actor, id core.HookID) error {
	hand := h.handOf(ctx)
	_, err := h.withHook(ctx, who, id, "", func(w *store.Work, was core.Hook, _ []core.Hook) error {
		w.RemoveHook(id)
		auditHook(w, hand, core.AuditHookRemoved, &was, nil)
		return nil
	})
	return err
}

// ReplayHook owes calls of a hook that is switched on again, each with the id that it had, and tells how many. who is as in AddHook. Errors: Forbidden,
// NotFound also where one is named that is not there, Invalid.
func (h *Hub) ReplayHook(ctx context.Context, who core.Actor, calls store.HookCalls) (n int64, err error) {
	hand := h.handOf(ctx)
	_, err = h.withHook(ctx, who, calls.Hook, "", func(w *store.Work, was core.Hook, _ []core.Hook) error {
		if !was.Enabled() {
			return &core.Error{Op: "hub.ReplayHook", Kind: core.Invalid, Field: "enabled", Reason: "is false: switch the hook on first"}
		}
		var err error
		if n, err = w.ReplayHook(calls); err != nil {
			return err
		}
		if n == 0 && calls.ID != "" {
			return &core.Error{Op: "hub.ReplayHook", Kind: core.NotFound}
		}
		w.Audit(core.AuditEntry{
			Hand: hand, Action: core.AuditHookReplayed, Subject: core.AuditedHook, SubjectID: was.ID.String(),
			Changes: core.Changes{"calls": {After: n}}.Text(),
		})
		return nil
	})
	return n, err
}

// changeHook gives a hook other settings.
func (h *Hub) changeHook(
	ctx context.Context, who core.Actor, id core.HookID, dedupe string, change func(*store.Work, *core.Hook) error,
) (after core.Hook, err error) {
	hand := h.handOf(ctx)
	repeat, err := h.withHook(ctx, who, id, dedupe, func(w *store.Work, was core.Hook, others []core.Hook) error {
		after = was
		if err := change(w, &after); err != nil {
			return err
		}
		if err := cmp.Or(after.Check(), checkHook(w, after, others)); err != nil {
			return err
		}
		w.PutHook(after)
		auditHook(w, hand, core.AuditHookChanged, &was, &after)
		return nil
	})
	if repeat {
		return h.store.Hook(ctx, id)
	}
	return after, err
}

// withHook does something to a hook that is there, or tells that it was done with this dedupe before; others are all but this one.
func (h *Hub) withHook(
	ctx context.Context, who core.Actor, id core.HookID, dedupe string, do func(w *store.Work, was core.Hook, others []core.Hook) error,
) (repeat bool, err error) {
	if err := governs(who); err != nil {
		return false, err
	}
	commit, err := h.writer.Do(ctx, store.Job{Dedupe: dedupe, Body: "change hook " + id.String(), Do: func(w *store.Work) error {
		others, err := w.Hooks()
		if err != nil {
			return err
		}
		at := slices.IndexFunc(others, func(k core.Hook) bool { return k.ID == id })
		if at < 0 {
			return &core.Error{Op: "hub.withHook", Kind: core.NotFound}
		}
		was := others[at]
		if err := do(w, was, slices.Delete(others, at, at+1)); err != nil {
			return err
		}
		w.Tell(settings(by(who, core.Event{Kind: core.EventHookChanged, Dedupe: w.Key()})))
		return nil
	}})
	return commit.Repeat, err
}

// checkHook refuses a name that another has, and departments that are not there.
func checkHook(w *store.Work, hook core.Hook, others []core.Hook) error {
	if slices.ContainsFunc(others, func(k core.Hook) bool { return k.Name == hook.Name }) {
		return inUse(nil, "name")
	}
	for _, d := range hook.Departments {
		if _, err := w.Zone(d); core.KindOf(err) == core.NotFound {
			return &core.Error{Op: "hub.checkHook", Kind: core.Invalid, Field: "departments", Reason: "name one that is not there"}
		} else if err != nil {
			return err
		}
	}
	return nil
}
