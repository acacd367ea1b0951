package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"parley/core"
)

const (
	maxBody     = 256 << 10        // bytes of a request's body
	bodyTimeout = 10 * time.Second // for all of a body to arrive
)

// strict reads and checks a body before huma does: application/json, at most maxBody bytes, one well-formed value without
// anything that decoders silently change. An empty body is an empty object where no member is required.
func (s *Server) strict(optional bool) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(ctx)
		body, err := s.body(c.Writer, c.Request)
		if err == nil && len(body) == 0 && optional {
			body = []byte("{}")
		}
		if err == nil {
			err = checkJSON(body)
		}
		if err != nil {
			problemOf(err).write(c.Writer)
			return
		}
		c.Request.Body = io.NopCloser(bytes.NewReader(body))
		next(ctx)
	}
}

// oneOfEach refuses a query that cannot be read, and one that has a parameter twice: huma would pass over what it does not understand, and take the
// first. What is asked for by what is no text is refused too, as PostgreSQL would; a file's name is mended.
func oneOfEach(ctx huma.Context, next func(huma.Context)) {
	u := ctx.URL()
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		err = refuse("", "The query of this address cannot be read.")
	}
	for _, p := range ctx.Operation().Parameters {
		if p.In == "query" && len(query[p.Name]) > 1 {
			err = refuse(p.Name, "stands there twice")
		}
		text := query.Get(p.Name)
		if p.In == "query" && ctx.Method() == http.MethodGet && (!utf8.ValidString(text) || strings.Contains(text, "\x00")) {
			err = refuse(p.Name, "is no text")
		}
	}
	if err != nil {
		problemOf(err).write(humagin.Unwrap(ctx).Writer)
		return
	}
	next(ctx)
}

func (s *Server) body(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, problem(codeMediaType)
	}
	if r.ContentLength > maxBody {
		return nil, problem(codeTooLarge)
	}
	_ = http.NewResponseController(w).SetReadDeadline(s.clock().Add(bodyTimeout)) // a test's recorder has none
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		return nil, problem(codeSlow)
	}
	if err != nil {
		return nil, problem(codeMalformed)
	}
	if len(body) > maxBody {
		return nil, problem(codeTooLarge)
	}
	return body, nil
}

// checkJSON refuses what encoding/json would let pass or mend: members named twice, invalid UTF-8, halves of surrogate
// pairs, NUL, and numbers that are no 64-bit integers, of which the API has none.
func checkJSON(body []byte) error {
	if !json.Valid(body) {
		return problem(codeMalformed)
	}
	w := walker{body: body, decoder: json.NewDecoder(bytes.NewReader(body))}
	w.decoder.UseNumber()
	return w.value("")
}

type walker struct {
	body    []byte
	decoder *json.Decoder
}

// value checks the next value. field is the outermost member that it is in.
func (w *walker) value(field string) error {
	token, err := w.token(field)
	if err != nil {
		return err
	}
	switch token := token.(type) {
	case json.Number:
		if _, err := strconv.ParseInt(string(token), 10, 64); err != nil {
			return refuse(field, "must be a whole number of at most 64 bits")
		}
	case json.Delim:
		if token == '{' {
			return w.object(field)
		}
		for w.decoder.More() {
			if err := w.value(field); err != nil {
				return err
			}
		}
		_, err = w.token(field)
	}
	return err
}

func (w *walker) object(field string) error {
	seen := map[string]bool{}
	for w.decoder.More() {
		token, err := w.token(field)
		if err != nil {
			return err
		}
		name, _ := token.(string)
		member := field
		if member == "" {
			member = unknownName(name)
		}
		if seen[name] {
			return refuse(member, "stands there twice")
		}
		seen[name] = true
		if err := w.value(member); err != nil {
			return err
		}
	}
	_, err := w.token(field)
	return err
}

func (w *walker) token(field string) (json.Token, error) {
	from := w.decoder.InputOffset()
	token, err := w.decoder.Token()
	if err != nil { // the text is valid, so this is depth
		return nil, problem(codeMalformed)
	}
	if text, ok := token.(string); ok {
		raw := w.body[from:w.decoder.InputOffset()]
		switch {
		case !utf8.Valid(raw) || halfPair(raw):
			return nil, refuse(field, "is not valid UTF-8")
		case strings.ContainsRune(text, 0):
			return nil, refuse(field, "has a NUL character")
		}
	}
	return token, nil
}

// halfPair tells whether a JSON string escapes one half of a surrogate pair without the other.
func halfPair(raw []byte) bool {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		first, ok := escaped(raw[i:])
		if !ok {
			i++ // \n and the like
			continue
		}
		i += 5
		if !utf16.IsSurrogate(first) {
			continue
		}
		second, ok := escaped(raw[i+1:])
		if !ok || utf16.DecodeRune(first, second) == utf8.RuneError {
			return true
		}
		i += 6
	}
	return false
}

// escaped reads \uXXXX.
func escaped(raw []byte) (rune, bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(raw[2:6]), 16, 16)
	return rune(n), err == nil
}

// idOf reads an id that a body or a query names. In a path an id that cannot exist is NotFound; here the field is wrong.
func idOf[T any](field, text string, parse func(string) (T, error)) (T, error) {
	id, err := parse(text)
	if core.KindOf(err) == core.NotFound {
		err = refuse(field, "is not an id")
	}
	return id, err
}
