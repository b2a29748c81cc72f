"""Language: analysis into terms, normal forms and differences of wording, sentences, secrets, the text that is indexed."""
