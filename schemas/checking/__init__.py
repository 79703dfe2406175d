"""What is wrong with a record: the rules of codes, dates, texts, holders, faces and terms, each a pure judgement of columns."""
