// Package meter says how an installation fares, in the words of Prometheus: what is counted in this process while it runs, and what the
// database tells when it is asked.
//
// No label is anything that a customer can choose: departments, channels, bindings and hooks are an admin's, all else is a closed list. A scrape asks for
// what is open or owed, never for what was, and counts no further than core.MaxFigure where that can be much; while the
// database does not answer, the process's own figures are still given.
//
// meter.go is what is counted, collect.go what is asked for at each scrape, request.go counts requests.
package meter
