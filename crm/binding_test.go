package crm_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/webhook"
	"parley/crm"
)

const secret core.Secret = "CANARY-9f8e7d"

// plain says what it was opened with.
type plain struct {
	core.Provider
	account crm.Account
}

func (p plain) Check(context.Context) (string, error) {
	return p.account.Settings["address"] + " " + p.account.Settings["list"], nil
}

func (p plain) Describe(context.Context, string) ([]core.RemoteType, error) {
	return slices.Repeat([]core.RemoteType{{Name: "x", Label: "X"}}, 300), nil
}

var kind = crm.Kind{
	ProviderKind: core.ProviderKind{
		Name: "plain", Label: "Plain",
		Settings: core.Fields{
			{Name: "address", Label: "Address", Kind: core.FieldText, Required: true}, {Name: "list", Label: "List", Kind: core.FieldText, Default: "all"},
		},
		Keys: []core.KeyField{{Name: "token", Label: "Token"}, {Name: "pin", Label: "Pin", Made: true}},
	},
	Address: "address", Make: func() core.Secret { return "made" },
	Open: func(a crm.Account) (core.Provider, error) {
		if err := a.Guard.CheckURL("settings.address", a.Settings["address"]); err != nil {
			return nil, err
		}
		return plain{account: a}, nil
	},
}

func newBindings(key core.Key) *crm.Bindings {
	return crm.NewBindings([]crm.Kind{kind}, webhook.NewGuard(nil), key, core.SystemClock)
}

func keys(names ...string) map[string]core.Secret {
	all := map[string]core.Secret{}
	for _, name := range names {
		all[name] = secret
	}
	return all
}

func TestWhatAnAdminGives(t *testing.T) {
	t.Parallel()
	b, of := newBindings(core.NewKey()), core.Binding{ID: 1, Name: "Shop", Provider: "plain"}
	made, err := b.Set(&of, core.FieldValues{"address": " https://a.test "}, keys("token"))
	if err != nil || !maps.Equal(made, map[string]core.Secret{"pin": "made"}) || !maps.Equal(of.Settings, core.FieldValues{"address": "https://a.test", "list": "all"}) {
		t.Fatalf("got %v, %v, %v", of.Settings, made, err)
	}
	if strings.Contains(of.Sealed, secret.Reveal()) || !slices.Equal(b.Has(of), []string{"pin", "token"}) {
		t.Errorf("got %s with %v", of.Sealed, b.Has(of))
	}
	opened := func() plain {
		p, err := b.Open(of)
		if err != nil {
			t.Fatal(err)
		}
		return p.(plain)
	}
	if got := opened().account.Keys; got["token"] != secret || got["pin"] != "made" {
		t.Error("the keys are others")
	}

	// Keys that are not given stay.
	if made, err = b.Set(&of, core.FieldValues{"address": "https://a.test", "list": "few"}, nil); err != nil || len(made) != 0 || opened().account.Keys["token"] != secret {
		t.Errorf("got %v, %v", made, err)
	}
	if answer, err := b.Test(t.Context(), of); err != nil || answer != "https://a.test few" {
		t.Errorf("got %q, %v: is asked as it was before", answer, err)
	}
	if types, err := b.Types(t.Context(), of); err != nil || len(types) != 200 {
		t.Errorf("got %d types, %v", len(types), err)
	}

	// They are not shown to another address.
	before := of
	if _, err = b.Set(&of, core.FieldValues{"address": "https://thief.test"}, nil); fieldOf(err) != "keys.token" || of.Sealed != before.Sealed {
		t.Errorf("another address without keys: got %v", err)
	}
	if _, err = b.Set(&of, core.FieldValues{"address": "https://other.test"}, map[string]core.Secret{"token": "new"}); err != nil || opened().account.Keys["token"] != "new" || opened().account.Keys["pin"] != "made" {
		t.Errorf("another address with keys: got %v", err)
	}
}

func fieldOf(err error) string {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Kind == core.Invalid {
		return e.Field
	}
	return ""
}

func TestWhatAnAdminMayNotGive(t *testing.T) {
	t.Parallel()
	b := newBindings(core.NewKey())
	for name, c := range map[string]struct {
		provider string
		settings core.FieldValues
		keys     map[string]core.Secret
		field    string
	}{
		"another kind":      {"other", core.FieldValues{"address": "https://a.test"}, keys("token"), "provider"},
		"no address":        {"plain", nil, keys("token"), "settings.address"},
		"inside":            {"plain", core.FieldValues{"address": "https://127.0.0.1"}, keys("token"), "settings.address"},
		"another setting":   {"plain", core.FieldValues{"address": "https://a.test", "x": "y"}, keys("token"), "settings"},
		"no key":            {"plain", core.FieldValues{"address": "https://a.test"}, nil, "keys.token"},
		"another key":       {"plain", core.FieldValues{"address": "https://a.test"}, keys("token", "x"), "keys"},
		"a key with a line": {"plain", core.FieldValues{"address": "https://a.test"}, map[string]core.Secret{"token": secret + "\n" + secret}, "keys.token"},
		"a long key":        {"plain", core.FieldValues{"address": "https://a.test"}, map[string]core.Secret{"token": core.Secret(strings.Repeat("x", 5000))}, "keys.token"},
	} {
		of := core.Binding{Name: "Shop", Provider: c.provider}
		_, err := b.Set(&of, c.settings, c.keys)
		if fieldOf(err) != c.field || of.Sealed != "" || strings.Contains(err.Error(), secret.Reveal()) {
			t.Errorf("%s: got %v, want Invalid in %s", name, err, c.field)
		}
	}
}

// Whatever is wrong with a binding, what is owed to it waits for an admin, and is not refused.
func TestWhatABrokenBindingSays(t *testing.T) {
	t.Parallel()
	key := core.NewKey()
	good := core.Binding{ID: 1, Name: "Shop", Provider: "plain"}
	if _, err := newBindings(key).Set(&good, core.FieldValues{"address": "https://a.test"}, keys("token")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key    core.Key
		change func(*core.Binding)
		want   core.Kind
	}{
		"removed":                      {key, func(b *core.Binding) { b.Sealed, b.RemovedAt = "", 1 }, core.Unavailable},
		"of a kind from another time":  {key, func(b *core.Binding) { b.Provider = "future" }, core.Unavailable},
		"sealed with another key":      {core.NewKey(), func(*core.Binding) {}, core.Unauthorized},
		"keys of another kind":         {key, func(b *core.Binding) { b.Sealed = core.NewSecretSeal(key).Seal("{}", "binding other") }, core.Unauthorized},
		"at an address that is inside": {key, func(b *core.Binding) { b.Settings = core.FieldValues{"address": "https://10.0.0.1"} }, core.Unavailable},
	} {
		of := good
		c.change(&of)
		_, err := newBindings(c.key).Open(of)
		of.Fared(err, 1, 0)
		if core.KindOf(err) != c.want || of.Reason == "" {
			t.Errorf("%s: got %v, want %s and why", name, err, c.want)
		}
	}
}
