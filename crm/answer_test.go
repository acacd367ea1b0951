package crm_test

import (
	"errors"
	"strings"
	"testing"

	"parley/core"
	"parley/crm"
)

func TestWordsAreOneLineWithoutKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"bad  key\nCANARY-9f8e7d!":         "bad key [redacted]!",
		"a\x00b \xff":                      "a b �",
		strings.Repeat("ä", 600):           strings.Repeat("ä", 250) + "…",
		"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": "[redacted]",
	} {
		got := crm.Words(text, map[string]core.Secret{"a": secret, "b": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "c": ""})
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestAnAddressThatMayNotBeCalledRefusesNoRecord(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want core.Kind
		says string
	}{
		"inside":                  {&core.Error{Kind: core.Forbidden, Reason: "The host is in a private network."}, core.Unavailable, "Desk cannot be called. The host is in a private network."},
		"an address that is none": {&core.Error{Kind: core.Invalid, Field: "url"}, core.Unavailable, "Desk cannot be called."},
		"not reached":             {&core.Error{Kind: core.Unavailable, Reason: "The host could not be reached."}, core.Unavailable, "The host could not be reached."},
		"lost":                    {&core.Error{Kind: core.Uncertain, Reason: "The connection broke."}, core.Uncertain, "The connection broke."},
		"something else":          {errors.New("https://desk.test/?key=1"), core.Uncertain, "Desk could not be called."},
	} {
		if e := crm.Unreached("desk.Create", "Desk", c.err); e.Op != "desk.Create" || e.Kind != c.want || e.Field != "" || e.Reason != c.says || strings.Contains(e.Error(), "key=1") {
			t.Errorf("%s: got %v, want %s with %q", name, e, c.want, c.says)
		}
	}
}

func TestARemoteRecordHasAnID(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", strings.Repeat("x", 201), "a\nb", "a\x00"} {
		if _, err := crm.Remote("op", "It", id, "", nil); core.KindOf(err) != core.Uncertain {
			t.Errorf("%q: got %v, want Uncertain", id, err)
		}
	}
	for address, want := range map[string]string{
		"https://a.test/1": "https://a.test/1", "javascript:alert(1)": "", "/1": "", "https://": "", "https://a.test/" + strings.Repeat("x", 3000): "", "%zz": "",
	} {
		if r, err := crm.Remote("op", "It", "1", address, nil); err != nil || r.Address != want {
			t.Errorf("%.40q: got %q, %v, want %q", address, r.Address, err, want)
		}
	}
}
