package socket

import (
	"net/http"
	"strings"
	"testing"
)

// TestSameOrigin is class 45 of the security list: sockets opened from somebody else's page.
func TestSameOrigin(t *testing.T) {
	t.Parallel()
	allowed := []string{"https://shop.test", "http://localhost:8080", "http://[::1]:8080"}
	tests := map[string]struct {
		header []string
		want   bool
	}{
		"the origin itself":                  {[]string{"https://shop.test"}, true},
		"in other case":                      {[]string{"HTTPS://Shop.Test"}, true},
		"with the scheme's own port":         {[]string{"https://shop.test:443"}, true},
		"with a port that is allowed":        {[]string{"http://localhost:8080"}, true},
		"an IPv6 address":                    {[]string{"http://[::1]:8080"}, true},
		"no origin":                          {nil, false},
		"an empty origin":                    {[]string{""}, false},
		"null":                               {[]string{"null"}, false},
		"two origins":                        {[]string{"https://shop.test", "https://evil.test"}, false},
		"two origins in one":                 {[]string{"https://shop.test, https://evil.test"}, false},
		"another scheme":                     {[]string{"http://shop.test"}, false},
		"another port":                       {[]string{"https://shop.test:8443"}, false},
		"no port where one is wanted":        {[]string{"http://localhost"}, false},
		"a name that begins like it":         {[]string{"https://shop.test.evil.example"}, false},
		"a name that ends like it":           {[]string{"https://evilshop.test"}, false},
		"a name below it":                    {[]string{"https://www.shop.test"}, false},
		"the name before an at sign":         {[]string{"https://shop.test@evil.example"}, false},
		"the name as a path":                 {[]string{"https://evil.example/https://shop.test"}, false},
		"with a path":                        {[]string{"https://shop.test/"}, false},
		"with a query":                       {[]string{"https://shop.test?"}, false},
		"with a dot at the end":              {[]string{"https://shop.test."}, false},
		"with a space":                       {[]string{" https://shop.test"}, false},
		"letters that fold to the same ones": {[]string{"https://ſhop.test"}, false},
		"a Kelvin sign":                      {[]string{"https://\u212Ahop.test"}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{Header: http.Header{}}
			if tt.header != nil {
				r.Header["Origin"] = tt.header
			}
			if got := SameOrigin(r, allowed); got != tt.want {
				t.Errorf("SameOrigin(%q): got %v, want %v", tt.header, got, tt.want)
			}
			if SameOrigin(r, nil) {
				t.Errorf("SameOrigin(%q) with nothing allowed: got true, want false", tt.header)
			}
		})
	}
}

func TestParseOrigin(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"https://shop.test":                   "https://shop.test",
		"HTTP://Shop.Test:80":                 "http://shop.test",
		"http://shop.test:443":                "http://shop.test:443",
		"http://127.0.0.1:9000":               "http://127.0.0.1:9000",
		"http://[::1]":                        "http://[::1]",
		"http://[::1]:80":                     "http://[::1]",
		"https://xn--bcher-kva.example":       "https://xn--bcher-kva.example",
		"https://bücher.example":              "",
		"shop.test":                           "",
		"ftp://shop.test":                     "",
		"https://":                            "",
		"https://:443":                        "",
		"https://shop.test:":                  "",
		"https://shop.test:port":              "",
		"https://shop.test/":                  "",
		"https://shop.test/x":                 "",
		"https://shop.test#x":                 "",
		"https://user:pw@shop.test":           "",
		"https://*.shop.test":                 "",
		"http://::80":                         "",
		"http://::1":                          "",
		"http://[::1":                         "",
		"http://[::1]x":                       "",
		"null":                                "",
		"":                                    "",
		"https://" + strings.Repeat("a", 300): "",
		"https://shop.test\u0000":             "",
		"https://shop.test:443:443":           "",
		"https://" + strings.Repeat("a.", 100) + "b": "https://" + strings.Repeat("a.", 100) + "b",
	}
	for in, want := range tests {
		got, ok := ParseOrigin(in)
		if got != want || ok != (want != "") {
			t.Errorf("ParseOrigin(%q): got %q %v, want %q", in, got, ok, want)
		}
	}
}
