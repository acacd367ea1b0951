package main

import (
	"net/netip"
	"strings"

	"parley/core/webhook"
)

// guardFlags say what hooks and systems of records may reach besides the public internet.
type guardFlags struct {
	InsideHosts *string `placeholder:"LIST" help:"Hosts, names or addresses, that hooks may call though they are in a private network, and without https, like erp.local, 10.1.2.3; none unless said otherwise. PARLEY_INSIDE_HOSTS"`
}

func (c *config) takeInsideHosts(text string) string {
	var hosts []string
	for host := range strings.SplitSeq(text, ",") {
		if host = strings.Trim(strings.TrimSpace(host), "[]"); host == "" {
			continue
		}
		if _, err := netip.ParseAddr(host); err != nil && !isHostName(host) {
			return "must be names or addresses without a port, like erp.local, 10.1.2.3"
		}
		hosts = append(hosts, host)
	}
	c.guard = webhook.NewGuard(hosts)
	return ""
}
