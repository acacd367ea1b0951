package main

import (
	"fmt"

	"parley/web"
)

type openapiCommand struct{}

func (openapiCommand) Run(p *program) error {
	text, err := web.OpenAPI(apiVersion)
	if err != nil {
		return fmt.Errorf("describe the API: %w", err)
	}
	_, err = p.stdout.Write(text)
	return err
}
