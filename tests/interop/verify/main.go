// Which of these proofs do other people's libraries accept? One JSON request a line in, one answer a line out.
//
// Notes are opened by golang.org/x/mod/sumdb/note, cosignatures, checkpoints, policies and tlog-proofs are read by
// github.com/transparency-dev/formats, trees are climbed by github.com/transparency-dev/merkle. Nothing is decided here.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/transparency-dev/formats/log"
	fnote "github.com/transparency-dev/formats/note"
	fproof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

// request asks about one proof. Bytes travel in base64, as encoding/json has them.
type request struct {
	Kind   string   `json:"kind"` // receipt, checkpoint, continues
	Data   []byte   `json:"data"`
	Newer  []byte   `json:"newer"` // continues: the checkpoint that Data is the beginning of
	Proof  [][]byte `json:"proof"`
	Policy string   `json:"policy"`
}

// answer says whether it was accepted, and who has cosigned.
type answer struct {
	Accepted bool     `json:"accepted"`
	Why      string   `json:"why,omitempty"`
	Cosigned []string `json:"cosigned"`
	Times    []int64  `json:"times"`
	Again    []byte   `json:"again,omitempty"` // a receipt, as their library writes what it has read
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	decoder := json.NewDecoder(in)
	for decoder.More() {
		var asked request
		if err := decoder.Decode(&asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		given := answer{Cosigned: []string{}, Times: []int64{}}
		if err := judge(asked, &given); err != nil {
			given.Why = err.Error()
		} else {
			given.Accepted = true
		}
		if err := out.Encode(given); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func judge(asked request, given *answer) error {
	switch asked.Kind {
	case "checkpoint":
		_, err := open(asked.Data, asked.Policy, given)
		return err
	case "receipt":
		return receipt(asked, given)
	case "continues":
		return continues(asked, given)
	}
	return fmt.Errorf("unknown kind %q", asked.Kind)
}

// open verifies a checkpoint: its note by note.Open, its quorum by the witness policy.
func open(data []byte, policy string, given *answer) (*log.Checkpoint, error) {
	verifiers, err := verifiersOf(policy)
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	if err != nil {
		return nil, err
	}
	for _, signature := range opened.Sigs {
		time, err := fnote.CoSigV1Timestamp(signature)
		if err != nil {
			return nil, err
		}
		given.Cosigned = append(given.Cosigned, signature.Name)
		given.Times = append(given.Times, time.Unix())
	}
	var checkpoint log.Checkpoint
	rest, err := checkpoint.Unmarshal([]byte(opened.Text))
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, errors.New("there are extension lines")
	}
	if !bytes.Equal(checkpoint.Marshal(), []byte(opened.Text)) {
		return nil, errors.New("the checkpoint is not written as their library writes it")
	}
	group, err := witness.ParsePolicy([]byte(withURLs(policy)))
	if err != nil {
		return nil, err
	}
	if !group.Satisfied(data) {
		return nil, errors.New("the quorum is not reached")
	}
	return &checkpoint, nil
}

func receipt(asked request, given *answer) error {
	var parsed fproof.TLogProof
	if err := parsed.Unmarshal(asked.Data); err != nil {
		return err
	}
	given.Again = parsed.Marshal()
	if parsed.ExtraData == nil {
		return errors.New("there is no leaf")
	}
	checkpoint, err := open(parsed.Checkpoint, asked.Policy, given)
	if err != nil {
		return err
	}
	path := make([][]byte, 0, len(parsed.Hashes))
	for _, hash := range parsed.Hashes {
		path = append(path, hash[:])
	}
	hasher := rfc6962.DefaultHasher
	leafHash := hasher.HashLeaf(parsed.ExtraData)
	return proof.VerifyInclusion(hasher, parsed.Index, checkpoint.Size, leafHash, path, checkpoint.Hash)
}

func continues(asked request, given *answer) error {
	older, err := open(asked.Data, asked.Policy, given)
	if err != nil {
		return err
	}
	newer, err := open(asked.Newer, asked.Policy, given)
	if err != nil {
		return err
	}
	return proof.VerifyConsistency(rfc6962.DefaultHasher, older.Size, newer.Size, asked.Proof, older.Hash, newer.Hash)
}

// verifiersOf returns a verifier for each witness of a policy.
func verifiersOf(policy string) ([]note.Verifier, error) {
	var found []note.Verifier
	for _, line := range strings.Split(policy, "\n") {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "witness" {
			continue
		}
		verifier, err := fnote.NewVerifierForCosignatureV1(words[2])
		if err != nil {
			return nil, err
		}
		found = append(found, verifier)
	}
	return found, nil
}

// withURLs gives each witness an address: C2SP makes it optional, and their library asks for it.
func withURLs(policy string) string {
	lines := strings.Split(policy, "\n")
	for n, line := range lines {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "witness" {
			lines[n] = line + " https://witness.example/"
		}
	}
	return strings.Join(lines, "\n")
}
