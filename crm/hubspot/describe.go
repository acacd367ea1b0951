package hubspot

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/core"
)

// needed are properties without which HubSpot makes no object, though it does not say so of them: in which column of its board a ticket or a deal begins.
var needed = map[string]bool{"hs_pipeline_stage": true, "dealstage": true}

// maxHelp bounds what is said of a field, in bytes.
const maxHelp = 1000

// Describe gives the objects that have Parley's property, with those of their properties that a form can ask for. Where none has it, it says how that is
// made.
func (p *provider) Describe(ctx context.Context, _ string) ([]core.RemoteType, error) {
	ready, lacking, err := p.look(ctx)
	if err == nil && len(ready) == 0 {
		err = &core.Error{Op: "hubspot.Describe", Kind: core.Invalid, Field: "settings." + settingUnique, Reason: p.make(labels(lacking))}
	}
	return ready, err
}

// Check says which objects records can be made of, and what the others lack.
func (p *provider) Check(ctx context.Context) (string, error) {
	ready, lacking, err := p.look(ctx)
	if err != nil {
		return "", err
	}
	if len(ready) == 0 {
		return "", &core.Error{Op: "hubspot.Check", Kind: core.Invalid, Field: "settings." + settingUnique, Reason: p.make(labels(lacking))}
	}
	answer := "HubSpot answers. Ready: " + labels(ready) + "."
	if len(lacking) > 0 {
		answer += " Not ready: " + labels(lacking) + ". " + p.make("them")
	}
	return answer, nil
}

func labels(types []core.RemoteType) string {
	all := make([]string, len(types))
	for i, t := range types {
		all[i] = t.Label
	}
	return strings.Join(all, ", ")
}

// look asks for the properties of all objects; those without Parley's property are lacking. What the token may not see is passed over, unless it may see
// nothing.
func (p *provider) look(ctx context.Context) (ready, lacking []core.RemoteType, err error) {
	var refused error
	for _, o := range objects {
		var all properties
		err := p.ask(ctx, call{method: get, path: "/crm/v3/properties/" + o.name, what: "describe", safe: true}, nil, &all)
		if kind := core.KindOf(err); kind == core.Unauthorized || kind == core.Forbidden || kind == core.NotFound {
			refused = err
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		t := core.RemoteType{Name: o.name, Label: o.label}
		unique, session := false, p.session == ""
		for _, each := range all.Results {
			switch each.Name {
			case p.unique:
				unique = each.Unique && !each.Archived
			case p.session:
				session = !each.Archived
			default:
				if f, can := each.field(); can {
					t.Fields = append(t.Fields, f)
				}
			}
		}
		if unique && session {
			ready = append(ready, t)
		} else {
			lacking = append(lacking, t)
		}
	}
	if len(ready)+len(lacking) == 0 {
		return nil, nil, refused
	}
	return ready, lacking, nil
}

// field makes a field of a property, if a form can ask for it.
func (p property) field() (core.Field, bool) {
	f := core.Field{Name: p.Name, Label: p.Label, Help: strings.Join(strings.Fields(p.Help), " ")}
	f.Required = needed[p.Name]
	if f.Label == "" {
		f.Label = p.Name
	}
	if p.Hidden || p.Calculated || p.Archived || p.Modification.ReadOnly || p.FieldType == "file" || p.FieldType == "checkbox" {
		return f, false
	}
	switch p.Type {
	case "string", "phone_number":
		f.Kind = core.FieldText
		if p.FieldType == "phonenumber" || p.Type == "phone_number" {
			f.Kind = core.FieldPhone
		} else if p.Name == "email" {
			f.Kind = core.FieldEmail
		}
	case "number":
		f.Kind = core.FieldNumber
	case "date":
		f.Kind = core.FieldDate
	case "bool":
		f.Kind = core.FieldCheckbox
	case "enumeration":
		p.choose(&f)
	default: // a time, or something that a form cannot ask for
		return f, false
	}
	if len(f.Help) > maxHelp {
		f.Help = strings.ToValidUTF8(f.Help[:maxHelp-3], "") + "…"
	}
	return f, f.Check() == nil
}

// choose lets a field be one of a property's options, by what HubSpot calls them; what people call them stands in its help. Those that are too many for a
// choice, such as an account's people, are written as text, which HubSpot checks.
func (p property) choose(f *core.Field) {
	f.Kind = core.FieldChoice
	var called []string
	for _, o := range p.Options {
		if o.Hidden || o.Value == "" || slices.Contains(f.Choices, o.Value) {
			continue
		}
		f.Choices = append(f.Choices, o.Value)
		if !strings.EqualFold(o.Value, o.Label) {
			called = append(called, fmt.Sprintf("%s: %s", o.Value, o.Label))
		}
	}
	if len(called) > 0 {
		f.Help = strings.TrimSpace(f.Help + " " + strings.Join(called, "; "))
	}
	if len(f.Choices) == 0 || len(f.Choices) > core.MaxChoices {
		f.Kind, f.Choices = core.FieldText, nil
	}
}
