package hub

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

func TestF3_HooksAreAnAdmins(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := t.Context()
		ada := core.Actor{Agent: core.Agent{ID: s.agent("Ada Root", nil).Agent.ID, Admin: true}}
		new := func(name string) core.Hook {
			return core.Hook{Name: name, URL: "https://erp.test/", Events: []core.HookEvent{core.HookEnded}, Sealed: "x"}
		}
		first, err := s.hub.AddHook(ctx, ada, new("ERP"), "a1:k")
		if err != nil || !first.Enabled() {
			t.Fatalf("got %+v, %v", first, err)
		}
		if again, err := s.hub.AddHook(ctx, ada, new("ERP"), "a1:k"); err != nil || again.ID != first.ID {
			t.Errorf("the same again: got %v, %v", again.ID, err)
		}
		bad := new("BI")
		bad.Departments = []core.DepartmentID{s.support, 999}
		unnamed := new("")
		unnamed.ID = first.ID
		absent := new("BI")
		absent.ID = 999
		for name, c := range map[string]struct {
			do    func() error
			kind  core.Kind
			field string
		}{
			"an operator adds one":    {func() error { _, err := s.hub.AddHook(ctx, s.anna, new("BI"), ""); return err }, core.Forbidden, ""},
			"an operator changes one": {func() error { _, err := s.hub.SetHook(ctx, s.anna, first, 0); return err }, core.Forbidden, ""},
			"an operator rotates one": {func() error { _, err := s.hub.RotateHook(ctx, s.anna, first.ID, "y", ""); return err }, core.Forbidden, ""},
			"an operator replays one": {func() error { _, err := s.hub.ReplayHook(ctx, s.anna, store.HookCalls{Hook: first.ID}); return err }, core.Forbidden, ""},
			"an operator removes one": {func() error { return s.hub.RemoveHook(ctx, s.anna, first.ID) }, core.Forbidden, ""},
			"a name that is taken":    {func() error { _, err := s.hub.AddHook(ctx, ada, new("ERP"), ""); return err }, core.Invalid, "name"},
			"a department of nowhere": {func() error { _, err := s.hub.AddHook(ctx, ada, bad, ""); return err }, core.Invalid, "departments"},
			"no name any more":        {func() error { _, err := s.hub.SetHook(ctx, ada, unnamed, 0); return err }, core.Invalid, "name"},
			"one that is not there":   {func() error { _, err := s.hub.SetHook(ctx, ada, absent, 0); return err }, core.NotFound, ""},
			"none to be removed":      {func() error { return s.hub.RemoveHook(ctx, ada, 999) }, core.NotFound, ""},
			"a call that is not there": {func() error {
				_, err := s.hub.ReplayHook(ctx, ada, store.HookCalls{Hook: first.ID, ID: "evt_x"})
				return err
			}, core.NotFound, ""},
		} {
			if e, _ := errors.AsType[*core.Error](c.do()); e == nil || e.Kind != c.kind || e.Field != c.field {
				t.Errorf("%s: got %v, want %s %s", name, e, c.kind, c.field)
			}
		}
		first.EnabledAt = 0
		if _, err := s.hub.SetHook(ctx, ada, first, 0); err != nil {
			t.Error(err)
		}
		if _, err := s.hub.ReplayHook(ctx, ada, store.HookCalls{Hook: first.ID}); core.KindOf(err) != core.Invalid {
			t.Errorf("replayed while it is switched off: got %v", err)
		}
		for i := range core.MaxHooks {
			_, err = s.hub.AddHook(ctx, ada, new(fmt.Sprint("n", i)), "")
		}
		if core.KindOf(err) != core.Invalid {
			t.Errorf("one too many: got %v", err)
		}
	})
}

func TestF3_ARotationThatIsAskedForAgainIsDoneOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		hook := core.Hook{Name: "ERP", URL: "https://erp.test/", Events: core.HookEvents, Sealed: "0"}
		h := must(s.hub.AddHook(t.Context(), core.Actor{}, hook, ""))
		for _, sealed := range []string{"1", "2"} {
			got, err := s.hub.RotateHook(t.Context(), core.Actor{}, h.ID, sealed, "a1:again")
			if err != nil || got.Sealed != "1" || got.Former != "0" {
				t.Errorf("got %q after %q, %v, want 1 after 0", got.Sealed, got.Former, err)
			}
		}
		hook.Name = "BI"
		other := must(s.hub.AddHook(t.Context(), core.Actor{}, hook, ""))
		if _, err := s.hub.RotateHook(t.Context(), core.Actor{}, other.ID, "3", "a1:again"); core.KindOf(err) != core.Invalid {
			t.Errorf("another hook by the same key: got %v, want Invalid", err)
		}
		if got := must(s.hub.RotateHook(t.Context(), core.Actor{}, h.ID, "4", "a1:another")); got.Sealed != "4" || got.Former != "1" {
			t.Errorf("another key: got %q after %q", got.Sealed, got.Former)
		}
	})
}

func TestF3AndF4_WhoseViewIsOldChangesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx, machine := t.Context(), core.Actor{}
		hook := must(s.hub.AddHook(ctx, machine, core.Hook{Name: "ERP", URL: "https://erp.test/", Events: core.HookEvents, Sealed: "0"}, ""))
		binding := must(s.hub.AddBinding(ctx, machine, core.Binding{Name: "Shop", Provider: "plain", Sealed: "0"}, ""))
		setHook := func(name string, version int64) error {
			to := hook
			to.Name = name
			_, err := s.hub.SetHook(ctx, machine, to, version)
			return err
		}
		setBinding := func(name string, version int64) error {
			to := binding
			to.Name = name
			_, err := s.hub.SetBinding(ctx, machine, to, version)
			return err
		}
		for what, set := range map[string]func(string, int64) error{"hook": setHook, "binding": setBinding} {
			if err := set("first", 1); err != nil {
				t.Errorf("%s, as it was seen: got %v", what, err)
			}
			if err := set("second", 1); core.KindOf(err) != core.Taken {
				t.Errorf("%s, as it was before: got %v, want Taken", what, err)
			}
			if err := set("third", 0); err != nil {
				t.Errorf("%s, however it is: got %v", what, err)
			}
		}
		if now := must(s.store.Hook(ctx, hook.ID)); now.Name != "third" || now.Version != 3 {
			t.Errorf("got the hook %q in version %d, want third in 3", now.Name, now.Version)
		}
		if now := must(s.store.Binding(ctx, binding.ID)); now.Name != "third" || now.Version != 3 {
			t.Errorf("got the binding %q in version %d, want third in 3", now.Name, now.Version)
		}
		must(s.hub.RotateHook(ctx, machine, hook.ID, "1", ""))
		if err := setHook("fourth", 3); err != nil {
			t.Errorf("a secret is nothing that is set so: got %v", err)
		}
		if err := s.hub.RemoveBinding(ctx, machine, binding.ID); err != nil {
			t.Error(err)
		}
		if err := setBinding("fourth", 3); core.KindOf(err) != core.Taken {
			t.Errorf("a binding that was removed meanwhile: got %v, want Taken", err)
		}
	})
}

// Who changes a hook at the same moment as somebody else changes it after them, and undoes nothing.
func TestF3_TwoChangesOfAHookBothHold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		h, err := s.hub.AddHook(t.Context(), core.Actor{}, core.Hook{Name: "ERP", URL: "https://erp.test/", Events: core.HookEvents, Sealed: "0"}, "")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			sealed, name := fmt.Sprint(i+1), fmt.Sprint("ERP ", i)
			var both sync.WaitGroup
			both.Go(func() {
				if _, err := s.hub.RotateHook(t.Context(), core.Actor{}, h.ID, sealed, ""); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				to := h
				to.Name = name
				if _, err := s.hub.SetHook(t.Context(), core.Actor{}, to, 0); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
			if now := must(s.store.Hook(t.Context(), h.ID)); now.Name != name || now.Sealed != sealed || now.Former != fmt.Sprint(i) {
				t.Fatalf("got %q with the secret %s after %s, want %q with %s", now.Name, now.Sealed, now.Former, name, sealed)
			}
		}
	})
}
