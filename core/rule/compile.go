package rule

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"parley/core"
)

// ready is a rule that is ready to run.
type ready struct {
	core.RecordRule
	when   *vm.Program // nil: always
	fields map[string][]part
}

// part is a piece of what a rule writes into a field: a text, or an expression.
type part struct {
	text    string
	program *vm.Program
}

// Check refuses as Invalid, with the field, a rule that cannot be. Its type is for whoever knows that.
func Check(r core.RecordRule) error {
	_, err := prepare(r)
	return err
}

// prepare makes a rule ready to run.
func prepare(r core.RecordRule) (*ready, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	made, parts := &ready{RecordRule: r, fields: map[string][]part{}}, 0
	if strings.TrimSpace(r.When) != "" {
		program, comes, n, err := compile("when", r.When)
		if err != nil {
			return nil, err
		}
		if comes.Kind() != reflect.Bool {
			return nil, invalid("when", "must be true or false, such as session.priority == \"urgent\"")
		}
		made.when, parts = program, n
	}
	for name, text := range r.Fields {
		pieces, n, err := write("fields."+name, text)
		if err != nil {
			return nil, err
		}
		if parts += n; parts > maxParts {
			return nil, invalid("fields."+name, "makes the rule too long: all its expressions have at most 200 names, values and operators")
		}
		made.fields[name] = pieces
	}
	return made, nil
}

func invalid(field, reason string) error {
	return &core.Error{Op: "rule.Check", Kind: core.Invalid, Field: field, Reason: reason}
}

// write reads what a rule writes into a field: texts, and between braces expressions.
func write(field, text string) (pieces []part, parts int, err error) {
	rest, passed := text, 0
	for {
		before, after, opens := strings.Cut(rest, core.RuleOpens)
		if before != "" {
			pieces = append(pieces, part{text: before})
		}
		if !opens {
			return pieces, parts, nil
		}
		expression, behind, closes := strings.Cut(after, core.RuleCloses)
		if !closes {
			return nil, 0, invalid(field, "opens braces and does not close them")
		}
		if strings.TrimSpace(expression) == "" {
			return nil, 0, invalid(field, "has nothing between its braces")
		}
		start := passed + len(before) + len(core.RuleOpens)
		program, comes, n, err := compile(field, blank(text[:start])+expression)
		if err != nil {
			return nil, 0, err
		}
		if k := comes.Kind(); k == reflect.Struct || k == reflect.Interface {
			return nil, 0, invalid(field, "must come to a text or a number between its braces")
		}
		pieces, parts = append(pieces, part{program: program}), parts+n
		passed, rest = start+len(expression)+len(core.RuleCloses), behind
	}
}

// blank gives spaces in the place of a text, so that what follows stands where it stood.
func blank(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return ' '
	}, text)
}

// holds tells whether the rule's condition holds.
func (r *ready) holds(of sight) (bool, error) {
	if r.when == nil {
		return true, nil
	}
	came, err := run("when", r.when, of)
	yes, _ := came.(bool)
	return yes, err
}

// fill writes what the rule writes over what a form of its type begins with.
func (r *ready) fill(form core.FieldValues, of sight) (core.FieldValues, error) {
	size := 0
	for name, pieces := range r.fields {
		var b strings.Builder
		for _, p := range pieces {
			if p.program == nil {
				b.WriteString(p.text)
				continue
			}
			came, err := run("fields."+name, p.program, of)
			if err != nil {
				return nil, err
			}
			b.WriteString(written(came))
		}
		if size += b.Len(); size > core.MaxFieldTexts {
			return nil, &core.Error{Op: "rule.fill", Kind: core.Invalid, Reason: "What it writes is too long."}
		}
		form[name] = b.String()
	}
	return form, nil
}

// run runs an expression. The error says where it is: it is Invalid, as that of a rule that is refused.
func run(field string, program *vm.Program, of sight) (any, error) {
	machine := vm.VM{MemoryBudget: maxMemory}
	came, err := machine.Run(program, of)
	if err == nil {
		return came, nil
	}
	place := ""
	if e, ok := errors.AsType[*file.Error](err); ok {
		place = fmt.Sprintf(", at column %d", e.Column+1)
	}
	reason := "could not be worked out for this session" + place
	if field == "when" {
		reason = "The condition " + reason + "."
	}
	return nil, &core.Error{Op: "rule.run", Kind: core.Invalid, Field: field, Reason: reason}
}

// written gives a value as a field has it.
func written(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []string:
		return strings.Join(v, ", ")
	case []any:
		var all []string
		for _, each := range v {
			all = append(all, written(each))
		}
		return strings.Join(all, ", ")
	}
	return fmt.Sprint(v)
}
