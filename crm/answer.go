package crm

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"parley/core"
	"parley/core/webhook"
)

// Unclear says what an answer means that does not say, in the system's own words, what became of a call: a proxy's page, broken JSON, an error of the server.
// It is no refusal, but of what is too large. who is what people call the system.
func Unclear(op, who string, a webhook.Answer) *core.Error {
	e := &core.Error{Op: op, Kind: core.Uncertain, RetryAfter: a.RetryAfter, Reason: fmt.Sprintf("%s answered with something that cannot be read.", who)}
	status := strings.TrimSpace(fmt.Sprint(a.Status, " ", http.StatusText(a.Status)))
	switch {
	case a.Status == http.StatusTooManyRequests:
		e.Kind, e.Reason = core.Throttled, fmt.Sprintf("%s asks for fewer calls.", who)
	case a.Status == http.StatusRequestEntityTooLarge: // also a proxy's: the same record is not going to be smaller
		e.Kind, e.Reason = core.Invalid, fmt.Sprintf("%s does not take a record of this size.", who)
	case a.Status == http.StatusServiceUnavailable:
		e.Kind, e.Reason = core.Unavailable, fmt.Sprintf("%s answered %s.", who, status)
	case a.Status >= 500:
		e.Reason = fmt.Sprintf("%s answered %s.", who, status)
	case a.Status >= 400:
		e.Kind, e.Reason = core.Unavailable, fmt.Sprintf("%s answered %s, without a word why: something else may stand in its place.", who, status)
	case a.Status >= 300:
		e.Kind, e.Reason = core.Unavailable, fmt.Sprintf("%s answered %s, a redirect, which is not followed: give the address where it leads.", who, status)
	case a.Cut:
		e.Reason = fmt.Sprintf("%s answered with more than can be read.", who)
	}
	return e
}

// Unreached says what it means that no answer came, by what webhook.Send or webhook.Post fails with. An address that may not be called is for an admin to
// mend: it refuses no record, and what is owed waits.
func Unreached(op, who string, err error) *core.Error {
	e, ok := errors.AsType[*core.Error](err)
	switch {
	case !ok:
		return &core.Error{Op: op, Kind: core.Uncertain, Reason: fmt.Sprintf("%s could not be called.", who)}
	case e.Kind == core.Forbidden, e.Kind == core.Invalid:
		return &core.Error{Op: op, Kind: core.Unavailable, Reason: strings.TrimSpace(fmt.Sprintf("%s cannot be called. %s", who, e.Reason))}
	}
	said := *e
	said.Op = op
	return &said
}

// Nameless is an answer that does not say what was made.
func Nameless(op, who string) *core.Error {
	return &core.Error{Op: op, Kind: core.Uncertain, Reason: fmt.Sprintf("%s did not say what it has made.", who)}
}

// Words gives what a system says of a failure, as a text for people: a few hundred bytes in one line, without its keys.
func Words(text string, keys map[string]core.Secret) string {
	for _, key := range keys {
		for _, secret := range []string{key.Reveal(), strings.TrimRight(strings.TrimPrefix(key.Reveal(), "whsec_"), "=")} {
			if secret != "" {
				text = strings.ReplaceAll(text, secret, "[redacted]")
			}
		}
	}
	text = strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", " "), "�")), " ")
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return text
}

// Remote is a record as a system tells of it, if it can be: its id is not too long, and an address that is none is left out.
func Remote(op, who, id, address string, fields core.FieldValues) (core.RemoteRecord, error) {
	if id == "" || len(id) > maxRemoteID || strings.ContainsFunc(id, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
		return core.RemoteRecord{}, Nameless(op, who)
	}
	if u, err := url.Parse(address); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(address) > maxAddress {
		address = ""
	}
	return core.RemoteRecord{ID: core.RemoteID(id), Address: address, Fields: fields}, nil
}
