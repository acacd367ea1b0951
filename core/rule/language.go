package rule

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"parley/core"
)

// Limits of the expressions of one rule.
const (
	maxParts  = 200    // names, values and operators of all of them together
	maxMemory = 10_000 // of a run, as the machine counts what lists take
)

// What the language has besides names, values, lists, brackets and ? :.
var (
	operators = []string{"and", "&&", "or", "||", "not", "!", "==", "!=", "<", ">", "<=", ">=", "in", "contains", "startsWith", "endsWith", "+", "-", "*", "/", "%"}
	functions = []string{"lower", "upper", "trim", "len", "round", "int", "float", "string"}
)

// A grammar is what the language is checked by, part after part.
type grammar struct {
	parts  int
	at     file.Location // of what is refused
	reason string        // "": nothing is
}

// Visit looks at a part. What is not offered explains more than a name that is not there.
func (g *grammar) Visit(node *ast.Node) {
	g.parts++
	reason := g.refusal(*node)
	if reason != "" && g.reason == "" || reason == notOffered && g.reason != notOffered {
		g.at, g.reason = (*node).Location(), reason
	}
}

const notOffered = "has what rules do not offer %s: they compare, calculate and join, with and, or, not, in, contains, startsWith, endsWith, lower(), upper(), trim(), len(), round(), int(), float() and string()"

// refusal says why a part is not of the language; where it is goes into %s.
func (g *grammar) refusal(node ast.Node) string {
	allowed := true
	switch n := node.(type) {
	case *ast.IdentifierNode:
		if names[n.Value] == nil {
			return "has a name that is not there %s: there are event, session and customer"
		}
	case *ast.MemberNode:
		return g.member(n)
	case *ast.UnaryNode:
		allowed = slices.Contains(operators, n.Operator)
	case *ast.BinaryNode:
		allowed = slices.Contains(operators, n.Operator)
	case *ast.BuiltinNode:
		allowed = slices.Contains(functions, n.Name)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.ConditionalNode, *ast.ArrayNode:
	default:
		allowed = false
	}
	if !allowed {
		return notOffered
	}
	return ""
}

// member refuses what is not named, or is named and not there.
func (g *grammar) member(n *ast.MemberNode) string {
	of, isName := n.Node.(*ast.IdentifierNode)
	name, isText := n.Property.(*ast.StringNode)
	switch {
	case n.Optional || n.Method || !isName || !isText:
		return notOffered
	case names[of.Value] != nil && !slices.Contains(names[of.Value], name.Value):
		return fmt.Sprintf("has a name that is not there %%s: of %s there are %s", of.Value, strings.Join(names[of.Value], ", "))
	}
	return ""
}

// compile makes an expression ready to run, tells what it comes to, and counts its parts. The error is Invalid, with the field: it says where the
// fault is, and does not repeat it.
func compile(field, text string) (*vm.Program, reflect.Type, int, error) {
	invalid := func(e *file.Error, reason string) (*vm.Program, reflect.Type, int, error) {
		place := fmt.Sprintf("at column %d", e.Column+1)
		if e.Line > 1 {
			place += fmt.Sprintf(" of line %d", e.Line)
		}
		return nil, nil, 0, &core.Error{Op: "rule.compile", Kind: core.Invalid, Field: field, Reason: fmt.Sprintf(reason, place)}
	}
	at := func(err error) *file.Error {
		if e, ok := errors.AsType[*file.Error](err); ok {
			return e
		}
		return &file.Error{}
	}
	config := conf.New(sight{})
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return invalid(at(err), "cannot be read %s")
	}
	g := &grammar{}
	if ast.Walk(&tree.Node, g); g.reason != "" {
		return invalid((&file.Error{Location: g.at}).Bind(tree.Source), g.reason)
	}
	comes, err := checker.Check(tree, config)
	if err != nil {
		return invalid(at(err), "does not go together %s: texts go with texts, numbers with numbers")
	}
	options := []expr.Option{expr.Env(sight{}), expr.MaxNodes(maxParts), expr.DisableAllBuiltins()}
	for _, f := range functions {
		options = append(options, expr.EnableBuiltin(f))
	}
	if g.parts > maxParts {
		return invalid(&file.Error{}, "is too long: all expressions of a rule have at most 200 names, values and operators, counted %s")
	}
	program, err := expr.Compile(text, options...)
	if err != nil {
		return invalid(at(err), "cannot be read %s")
	}
	return program, comes, g.parts, nil
}
