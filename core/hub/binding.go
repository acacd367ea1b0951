package hub

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"parley/core"
	"parley/core/store"
)

// AddBinding adds an account on a system where records live; its settings were checked, and its keys are sealed. who is an admin, or nobody: a command
// on the machine. The same again with the same dedupe gets the binding that is there. Errors: Forbidden, Invalid with the field.
func (h *Hub) AddBinding(ctx context.Context, who core.Actor, b core.Binding, dedupe string) (core.Binding, error) {
	if err := cmp.Or(governs(who), b.Check()); err != nil {
		return core.Binding{}, err
	}
	known, err := h.store.Bindings(ctx)
	if err != nil {
		return core.Binding{}, err
	}
	now, hand := core.At(h.clock()), h.handOf(ctx)
	b.ID, b.CreatedAt, b.Version = core.BindingID(h.ids.Next(now)), now, 1
	given, err := b.Settings.Value()
	if err != nil {
		return core.Binding{}, err
	}
	commit, err := h.writer.Do(ctx, store.Job{Dedupe: dedupe, Body: fmt.Sprint("add binding ", b.Provider, b.Name, given), Do: func(w *store.Work) error {
		if err := checkBinding(w, b); err != nil {
			return err
		}
		w.PutBinding(b)
		auditBinding(w, hand, core.AuditBindingAdded, core.Binding{}, b)
		w.Tell(settings(by(who, core.Event{Kind: core.EventBindingChanged, Dedupe: w.Key()})))
		return nil
	}})
	if there := slices.IndexFunc(known, func(k core.Binding) bool { return k.Name == b.Name && k.RemovedAt == 0 }); commit.Repeat && there >= 0 {
		return known[there], nil
	}
	return b, err
}

// SetBinding gives a binding another name, other settings and keys, and lets what is owed to it be tried at once. One that was removed is set up again.
// version is the binding's as the admin saw it; zero is any. who is as in AddBinding. Errors: Forbidden, NotFound, Invalid with the field, Taken where it has
// changed since.
func (h *Hub) SetBinding(ctx context.Context, who core.Actor, b core.Binding, version int64) (core.Binding, error) {
	if err := b.Check(); err != nil {
		return core.Binding{}, err
	}
	return h.changeBinding(ctx, who, b.ID, core.AuditBindingChanged, func(w *store.Work, was *core.Binding) error {
		if version != 0 && version != was.Version {
			return &core.Error{Op: "hub.SetBinding", Kind: core.Taken, Reason: "This binding has changed since you looked at it."}
		}
		was.Name, was.Settings, was.Sealed, was.RemovedAt = b.Name, b.Settings, b.Sealed, 0
		was.Rested()
		return checkBinding(w, *was)
	})
}

// RemoveBinding ends the use of an account, and forgets its keys. Its records stay, and what is owed to it stays owed. who is as in AddBinding. Errors:
// Forbidden, NotFound also where it was removed before.
func (h *Hub) RemoveBinding(ctx context.Context, who core.Actor, id core.BindingID) error {
	_, err := h.changeBinding(ctx, who, id, core.AuditBindingRemoved, func(w *store.Work, was *core.Binding) error {
		if was.RemovedAt != 0 {
			return &core.Error{Op: "hub.RemoveBinding", Kind: core.NotFound}
		}
		was.Sealed, was.RemovedAt = "", w.Now()
		was.Rested()
		return nil
	})
	return err
}

// NoteTest keeps what a test of a binding's system has come to, unless the binding has changed meanwhile. It returns when that is durable.
func (h *Hub) NoteTest(ctx context.Context, b core.Binding, testing error) error {
	_, err := h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		now, err := w.Binding(b.ID)
		if err != nil || now.Version != b.Version || now.RemovedAt != 0 {
			return err
		}
		if now.Fared(testing, w.Now(), 0); testing == nil {
			w.PutBinding(now) // what is owed need not wait any more
		} else {
			w.NoteBinding(now)
		}
		w.Tell(core.Event{Kind: core.EventBindingChanged, Audience: core.AgentsOnly, ActorKind: core.BySystem})
		return nil
	}})
	return err
}

// changeBinding makes of a binding what it shall be.
func (h *Hub) changeBinding(
	ctx context.Context, who core.Actor, id core.BindingID, as core.AuditAction, change func(*store.Work, *core.Binding) error,
) (after core.Binding, err error) {
	if err := governs(who); err != nil {
		return after, err
	}
	hand := h.handOf(ctx)
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		was, err := w.Binding(id)
		if err != nil {
			return err
		}
		after = was
		if err := change(w, &after); err != nil {
			return err
		}
		after.Version++
		w.PutBinding(after)
		auditBinding(w, hand, as, was, after)
		w.Tell(settings(by(who, core.Event{Kind: core.EventBindingChanged})))
		return nil
	}})
	return after, err
}

// checkBinding refuses a name that another has, and one binding too many.
func checkBinding(w *store.Work, b core.Binding) error {
	all, err := w.Bindings()
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(all, func(o core.Binding) bool { return o.RemovedAt != 0 || o.ID == b.ID })
	if slices.ContainsFunc(others, func(o core.Binding) bool { return o.Name == b.Name }) {
		return inUse(nil, "name")
	}
	if len(others) >= core.MaxBindings {
		return &core.Error{Op: "hub.checkBinding", Kind: core.Invalid, Field: "name", Reason: "is one too many: there are 50 bindings"}
	}
	return nil
}
