package main

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"parley/core"
)

// countryFlags say how it is known where customers of sites are.
type countryFlags struct {
	CountryHeader  *string `placeholder:"NAME" help:"The header in which a trusted proxy says the customer's country as a code of two letters, like CF-IPCountry; none unless said otherwise. PARLEY_COUNTRY_HEADER"`
	TrustedProxies *string `placeholder:"LIST" help:"The proxies whose header counts: addresses or networks, like 127.0.0.1, 10.0.0.0/8. PARLEY_TRUSTED_PROXIES"`
}

// countrySource says from which country a request comes. The zero one never knows.
type countrySource struct {
	header  string
	proxies []netip.Prefix
}

// of gives the country's code, "" where no trusted proxy says one.
func (c countrySource) of(r *http.Request) string {
	if c.header == "" {
		return ""
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	trusts := func(p netip.Prefix) bool { return p.Contains(from.Addr().Unmap()) }
	said := r.Header.Values(c.header)
	if err != nil || len(said) != 1 || !slices.ContainsFunc(c.proxies, trusts) {
		return ""
	}
	code := strings.ToUpper(said[0])
	if !core.IsCountry(code) {
		return ""
	}
	return code
}

func (c *config) takeTrustedProxies(text string) string {
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		network, err := netip.ParsePrefix(one)
		if address, alone := netip.ParseAddr(one); alone == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return "must be addresses or networks, like 127.0.0.1, 10.0.0.0/8"
		}
		c.countries.proxies = append(c.countries.proxies, network.Masked())
	}
	return ""
}

func (c *config) takeCountryHeader(text string) string {
	switch {
	case text == "":
		return ""
	case !isHostName(text):
		return "must be the name of a header, like CF-IPCountry"
	case len(c.countries.proxies) == 0:
		return "counts only with the proxies that set it: name them with --trusted-proxies or PARLEY_TRUSTED_PROXIES"
	}
	c.countries.header = text
	return ""
}
