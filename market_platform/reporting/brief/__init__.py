"""The market brief: one page a market day, made of parts; a part is figures and a sentence, whatever draws them."""
