package main

import (
	"net/http/httptest"
	"testing"
)

func TestOnlyATrustedProxySaysTheCountryC16(t *testing.T) {
	t.Parallel()
	var c config
	if reason := c.takeTrustedProxies("127.0.0.1, 10.0.0.0/8,::1"); reason != "" {
		t.Fatal(reason)
	}
	if reason := c.takeCountryHeader("CF-IPCountry"); reason != "" {
		t.Fatal(reason)
	}
	for name, tt := range map[string]struct {
		from string
		said []string
		want string
	}{
		"a proxy":                    {"127.0.0.1:5000", []string{"DE"}, "DE"},
		"in small letters":           {"10.1.2.3:5000", []string{"de"}, "DE"},
		"by IPv6":                    {"[::1]:5000", []string{"AT"}, "AT"},
		"by IPv4 in IPv6":            {"[::ffff:10.1.2.3]:5000", []string{"AT"}, "AT"},
		"somebody else":              {"192.0.2.1:5000", []string{"DE"}, ""},
		"nobody knows":               {"127.0.0.1:5000", []string{"XX"}, ""},
		"Tor":                        {"127.0.0.1:5000", []string{"T1"}, ""},
		"nothing":                    {"127.0.0.1:5000", nil, ""},
		"twice, once by who asks":    {"127.0.0.1:5000", []string{"FR", "DE"}, ""},
		"more than a code":           {"127.0.0.1:5000", []string{"DE, FR"}, ""},
		"an address that is no such": {"pipe", []string{"DE"}, ""},
	} {
		r := httptest.NewRequest("GET", "/widget/v1/socket", nil)
		r.RemoteAddr = tt.from
		for _, s := range tt.said {
			r.Header.Add("cf-ipcountry", s)
		}
		if got := c.countries.of(r); got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
		if got := (countrySource{}).of(r); got != "" {
			t.Errorf("%s, where no header is named: got %q", name, got)
		}
	}
}
