"""What is asked of the facts: funnels, times, comparisons."""
