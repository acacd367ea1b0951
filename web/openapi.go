package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"parley/core"
)

// OpenAPI describes the API (OpenAPI 3.1), also where no server runs. Its bytes depend on nothing but the code and version,
// which should be the same for one tree, so that a description that is kept in it changes only with the API.
func OpenAPI(version string) ([]byte, error) {
	gin.SetMode(gin.ReleaseMode)
	s := &Server{clock: core.SystemClock, log: slog.New(slog.DiscardHandler), cookie: cookieFor(&url.URL{Scheme: "https"})}
	spec, err := register(gin.New(), s, version)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := json.Indent(&text, spec, "", "  "); err != nil {
		return nil, fmt.Errorf("indent the description: %w", err)
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

// apiConfig leaves out what huma would add by itself: links into bodies, and pages that load scripts from elsewhere.
func apiConfig(version string) huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			Info: &huma.Info{Title: "Parley", Version: version, Description: "The API of Parley, the messenger hub. Errors are problem documents " +
				"(RFC 9457) that never repeat what was sent. Every request that changes something is JSON, if only `{}`."},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"cookie": {Type: "apiKey", In: "cookie", Name: "__Host-parley", Description: "A login's cookie; `parley` on plain http elsewhere."},
					"key":    {Type: "http", Scheme: "bearer", Description: "An API key, made by `parley key add`."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// describe gives the description of what is registered, with the frames of the stream among its components.
func describe(api huma.API) ([]byte, error) {
	schemas := api.OpenAPI().Components.Schemas
	for _, frame := range []any{
		HelloFrame{}, EventsFrame{}, FollowingFrame{}, SummariesFrame{}, TypingFrame{}, ChangedFrame{}, PongFrame{}, ClientFrame{},
	} {
		schemas.Schema(reflect.TypeOf(frame), true, "")
	}
	spec, err := json.Marshal(api.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	return spec, nil
}
