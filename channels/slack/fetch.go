package slack

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"parley/core"
)

const opFetch = "slack.Fetch"

// What people are told of files that do not come.
const (
	reasonFileGone    = "Slack does not have the file any more, or does not show it to the app."
	reasonFileAbroad  = "The file is kept outside of Slack."
	reasonFileRefused = "Slack does not give the file to the app."
)

// goneWords are of files that are not there.
var goneWords = []string{"file_not_found", "file_deleted", "file_not_shared", "access_denied", "not_visible", "no_permission"}

// maxHops is how often a download may be sent on.
const maxHops = 3

// Fetch gives the bytes of a file, by its id: its address changes, and is not for others.
func (a *Adapter) Fetch(ctx context.Context, remote core.RemoteID) (io.ReadCloser, error) {
	if !aFile.MatchString(string(remote)) {
		return nil, &core.Error{Op: opFetch, Kind: core.Invalid, Reason: reasonFileGone}
	}
	f, err := a.fileInfo(ctx, string(remote))
	if err != nil {
		return nil, err
	}
	if bar := f.bar(); bar != "" {
		return nil, unfetched(bar)
	}
	return a.download(ctx, cmp.Or(f.Download, f.Private), f)
}

func unfetched(bar string) *core.Error {
	return &core.Error{Op: opFetch, Kind: core.Invalid, Reason: "It was not taken: " + bar + "."}
}

// fileInfo asks Slack what a file is.
func (a *Adapter) fileInfo(ctx context.Context, id string) (fileInfo, error) {
	var answer struct {
		File fileInfo `json:"file"`
	}
	err := a.api.call(ctx, "files.info", url.Values{"file": {id}}, &answer)
	switch {
	case says(err, goneWords...):
		return fileInfo{}, &core.Error{Op: opFetch, Kind: core.Invalid, Reason: reasonFileGone, Err: err}
	case err != nil:
		return fileInfo{}, a.unpermitted(asked(opFetch, err))
	}
	return answer.File, nil
}

// download gets a file, also where Slack sends on to another of its hosts. No other gets the token, or is asked at all.
func (a *Adapter) download(ctx context.Context, address string, f fileInfo) (io.ReadCloser, error) {
	for range maxHops {
		response, err := a.api.get(ctx, address)
		if err != nil {
			return nil, err
		}
		if response.StatusCode == http.StatusOK {
			return a.opened(response, f)
		}
		_ = response.Body.Close()
		next, err := response.Location()
		switch {
		case response.StatusCode/100 != 3 || err != nil:
			return nil, statusFault(response)
		case next.Query().Has("redir"): // to the page where people sign in
			return nil, a.unreadable()
		}
		address = next.String()
	}
	return nil, &core.Error{Op: opFetch, Kind: core.Unavailable, Reason: reasonStrange}
}

// opened gives what a download has brought, unless that is a page that asks people to sign in.
func (a *Adapter) opened(response *http.Response, f fileInfo) (io.ReadCloser, error) {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	written := f.Type == "text/html" || slices.Contains([]string{"quip", "canvas", "space", "post", "email"}, f.Mode) // Slack shows those as pages
	switch {
	case kind == "text/html" && !written && f.Form != "html":
		_ = response.Body.Close()
		return nil, a.unreadable()
	case response.ContentLength > core.MaxFile:
		_ = response.Body.Close()
		return nil, unfetched(tooLarge())
	}
	return response.Body, nil
}

// unreadable is for what Slack answers where the permission is missing.
func (a *Adapter) unreadable() *core.Error {
	reason := "The app lacks the permission " + scopeRead + " in Slack: install it again with Parley's manifest."
	a.trouble(troubleScope, reason, nil)
	return &core.Error{Op: opFetch, Kind: core.Unavailable, Reason: reason, RetryAfter: roomPause}
}

// unpermitted tells of a permission that is missing, if that is what is wrong.
func (a *Adapter) unpermitted(e error) error {
	if says(e, "missing_scope") {
		a.trouble(troubleScope, reasonOf(e), nil)
	}
	return e
}

// statusFault says what an answer means that brings no file.
func statusFault(response *http.Response) *core.Error {
	f := &failure{method: "download", left: true, status: response.StatusCode, err: statusError(response.StatusCode)}
	e := &core.Error{Op: opFetch, Kind: core.Unavailable, Reason: reasonSilent, Err: f}
	switch response.StatusCode {
	case http.StatusTooManyRequests:
		e.Kind, e.Reason, e.RetryAfter = core.Throttled, reasonSlow, retryAfter(response.Header)
	case http.StatusForbidden, http.StatusUnauthorized:
		e.Kind, e.Reason = core.Invalid, reasonFileRefused
	}
	return e
}

// slackHosts are where Slack keeps files, and those below them.
var slackHosts = []string{"slack.com", "slack-gov.com", "slack-files.com", "slack-files-gov.com"}

// trusts tells whether an address is Slack's own, or that which the API has: nobody else is told the token, or anything of a customer's.
func (c *client) trusts(u *url.URL) bool {
	if u.User != nil {
		return false
	}
	if c.base.Host != "" && strings.EqualFold(u.Host, c.base.Host) && u.Scheme == c.base.Scheme {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") &&
		slices.ContainsFunc(slackHosts, func(ours string) bool { return host == ours || strings.HasSuffix(host, "."+ours) })
}

// get asks for a file with the token. The body is not read yet.
func (c *client) get(ctx context.Context, address string) (*http.Response, error) {
	u, err := url.Parse(address)
	if err != nil || address == "" || !c.trusts(u) { // the cause would show the address
		return nil, &core.Error{Op: opFetch, Kind: core.Invalid, Reason: reasonFileAbroad}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &core.Error{Op: opFetch, Kind: core.Invalid, Reason: reasonFileAbroad}
	}
	request.Header.Set("Authorization", "Bearer "+c.token.Reveal())
	return c.carry(opFetch, request)
}

// carry makes a call whose body, or answer, is a file. Nothing that it fails at has been done.
func (c *client) carry(op string, request *http.Request) (*http.Response, error) {
	response, err := c.files.Do(request)
	if err != nil {
		f := &failure{method: path.Base(op), err: plain(err)}
		e := &core.Error{Op: op, Kind: core.Unavailable, Reason: reasonAway, Err: f}
		if errors.Is(err, context.DeadlineExceeded) {
			e.Reason = reasonSilent
		}
		return nil, e
	}
	return response, nil
}
