"""What may happen next in a joint project, and why not: values in, values out."""
