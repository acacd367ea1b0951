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
	hook.ID, hook.CreatedAt, hook.EnabledAt = core.HookID(h.ids.Next(now)), now, now
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
// that is switched on is told of what happens from then on. who is as in AddHook. Errors: Forbidden, NotFound, Invalid with the field.
func (h *Hub) SetHook(ctx context.Context, who core.Actor, hook core.Hook) (core.Hook, error) {
	return h.changeHook(ctx, who, hook.ID, func(w *store.Work, was *core.Hook) {
		was.Name, was.URL, was.Events, was.Departments = hook.Name, hook.URL, hook.Events, hook.Departments
		switch {
		case !hook.Enabled():
			was.EnabledAt = 0
		case !was.Enabled():
			was.EnabledAt, was.Reason = w.Now(), ""
		}
	})
}

// RotateHook gives a hook another secret, sealed already; the one before signs too for a day. who is as in AddHook. Errors: Forbidden, NotFound.
func (h *Hub) RotateHook(ctx context.Context, who core.Actor, id core.HookID, sealed string) (core.Hook, error) {
	return h.changeHook(ctx, who, id, func(w *store.Work, was *core.Hook) {
		was.Former, was.FormerUntil, was.Sealed = was.Sealed, w.Now().Add(core.HookRotation), sealed
	})
}

// RemoveHook takes a hook away, with all that it was told. who is as in AddHook. Errors: Forbidden, NotFound.
func (h *Hub) RemoveHook(ctx context.Context, who core.Actor, id core.HookID) error {
	hand := h.handOf(ctx)
	return h.withHook(ctx, who, id, func(w *store.Work, was core.Hook, _ []core.Hook) error {
		w.RemoveHook(id)
		auditHook(w, hand, core.AuditHookRemoved, &was, nil)
		return nil
	})
}

// ReplayHook owes calls of a hook that is switched on again, each with the id that it had, and tells how many. who is as in AddHook. Errors: Forbidden,
// NotFound also where one is named that is not there, Invalid.
func (h *Hub) ReplayHook(ctx context.Context, who core.Actor, calls store.HookCalls) (n int64, err error) {
	hand := h.handOf(ctx)
	err = h.withHook(ctx, who, calls.Hook, func(w *store.Work, was core.Hook, _ []core.Hook) error {
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
func (h *Hub) changeHook(ctx context.Context, who core.Actor, id core.HookID, change func(*store.Work, *core.Hook)) (after core.Hook, err error) {
	hand := h.handOf(ctx)
	err = h.withHook(ctx, who, id, func(w *store.Work, was core.Hook, others []core.Hook) error {
		after = was
		change(w, &after)
		if err := cmp.Or(after.Check(), checkHook(w, after, others)); err != nil {
			return err
		}
		w.PutHook(after)
		auditHook(w, hand, core.AuditHookChanged, &was, &after)
		return nil
	})
	return after, err
}

// withHook does something to a hook that is there; others are all but this one.
func (h *Hub) withHook(ctx context.Context, who core.Actor, id core.HookID, do func(w *store.Work, was core.Hook, others []core.Hook) error) error {
	if err := governs(who); err != nil {
		return err
	}
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
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
		w.Tell(settings(by(who, core.Event{Kind: core.EventHookChanged})))
		return nil
	}})
	return err
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
