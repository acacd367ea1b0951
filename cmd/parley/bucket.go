package main

import (
	"net/url"
	"strings"

	"parley/core"
	"parley/core/file"
)

// takeFilesURL reads s3://BUCKET/PREFIX?endpoint=URL&region=REGION. What is in it may be shown: the keys are settings of their own.
func (c *config) takeFilesURL(text string) string {
	if text == "" {
		return ""
	}
	const reason = "must be like s3://BUCKET/PREFIX?endpoint=https://s3.example.com&region=eu-central-1, without keys"
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return reason
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return reason
	}
	b := &file.Bucket{Name: u.Host, Endpoint: "s3.amazonaws.com", Secure: true}
	if b.Prefix = strings.Trim(u.Path, "/"); b.Prefix != "" {
		b.Prefix += "/"
	}
	for name, values := range query {
		switch {
		case name == "region" && len(values) == 1:
			b.Region = values[0]
		case name == "endpoint" && len(values) == 1 && serverURL(values[0]):
			at, _ := url.Parse(values[0])
			if at.Path != "" && at.Path != "/" {
				return reason
			}
			b.Endpoint, b.Secure = at.Host, at.Scheme == "https"
		default:
			return reason
		}
	}
	c.bucket = b
	return ""
}

func (c *config) takeFilesAccessKey(text string) string {
	switch {
	case c.bucket == nil:
	case text == "":
		return "is needed with PARLEY_FILES_URL"
	default:
		c.bucket.AccessKey = strings.TrimSpace(text)
	}
	return ""
}

func (c *config) takeFilesSecretKey(text string) string {
	switch {
	case c.bucket == nil:
	case text == "":
		return "is needed with PARLEY_FILES_URL"
	default:
		c.bucket.SecretKey = core.Secret(strings.TrimSpace(text))
	}
	return ""
}
