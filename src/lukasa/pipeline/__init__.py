"""How remembering and recalling work, in call order.

write:  remember → messages → (represent, traits, analyse, encode) → store.apply
read:   recall → understand → channels (over warm) → evidence → fuse → confidence → rank → compose
later:  reembed, when the embedder changed
`policy` holds every number that can be tuned.
"""
