import hashlib

import pandas as pd
from voice.sentiment import SCORER, score


def model(dbt, session):
    texts = dbt.ref("union_feedback_texts")
    build = dbt.ref("build")
    written = texts.filter("coalesce(author_type, 'customer') = 'customer' and text is not null")
    by_key = {hashlib.md5(text.encode()).hexdigest(): text for (text,) in written.project("text").distinct().fetchall()}
    known = set()
    if dbt.is_incremental:
        known = {key for (key,) in session.execute(f"select text_key from {dbt.this} where scorer = ?", [SCORER]).fetchall()}
    scored = [{"text_key": key, **score(by_key[key])} for key in sorted(by_key.keys() - known)]
    frame = pd.DataFrame(scored, columns=["text_key", "words", "is_english", "compound"])
    frame = frame.assign(scorer=SCORER, build_id=build.df().iloc[0]["build_id"])
    return frame.astype(
        {
            "text_key": "string",
            "words": "Int64",
            "is_english": "boolean",
            "compound": "float64",
            "scorer": "string",
            "build_id": "string",
        }
    )
