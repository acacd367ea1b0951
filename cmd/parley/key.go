package main

import (
	"context"
	"fmt"

	"parley/core"
)

type keyCommand struct {
	Add keyAdd `cmd:"" help:"Make an API key of an agent, and print it. It is printed only now."`
}

type keyAdd struct {
	Agent string `required:"" placeholder:"EMAIL" help:"The agent whose rights the key has."`
	Name  string `required:"" placeholder:"NAME" help:"What the key is for."`
	Scope string `enum:",metrics" default:"" placeholder:"SCOPE" help:"What alone it is good for: metrics, which is GET /metrics. Without: all that the agent may."`
}

func (k keyAdd) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	secret, err := o.hub.AddKey(ctx, k.Agent, k.Name, core.KeyScope(k.Scope))
	if err != nil {
		return noAgent(err, "--agent")
	}
	fmt.Fprintln(p.stdout, secret.Reveal())
	return nil
}
